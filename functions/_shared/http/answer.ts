/** A response before it gets the headers that all responses have. */
export interface Answer {
  readonly status: number;
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The problem's code, for the log. */
  readonly code?: string;
}

/** A JSON answer; without a body it has no content type either. */
export function toJsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  if (body === undefined) return { status, body: null, headers };
  return {
    status,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  };
}
