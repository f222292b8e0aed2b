interface DenoEnvironment {
  readonly env: { toObject(): Record<string, string> };
}

/** The variables of this process, under Deno and under Node. */
export function readEnvironment(): Readonly<Record<string, string | undefined>> {
  const { Deno: deno } = globalThis as { Deno?: DenoEnvironment };
  return deno === undefined ? process.env : deno.env.toObject();
}
