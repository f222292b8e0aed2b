/** What a check has to say about a file. A warning does not fail the check. */
export interface Finding {
  readonly level: "fault" | "warning";
  /** Upper-case words; null where the message says it all. */
  readonly code: string | null;
  readonly file: string;
  readonly message: string;
}

export function toLine({ level, code, file, message }: Finding): string {
  return `${level} ${file}: ${code === null ? "" : `${code}: `}${message}`;
}
