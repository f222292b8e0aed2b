import type { LogFields } from "./logger.ts";

/**
 * What a log may say about a thrown value: its class, its SQLSTATE, and where it was thrown. The message stays out,
 * because messages of libraries quote what they were given.
 */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const { sqlState, constraint } = error as { sqlState?: unknown; constraint?: unknown };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return {
    errorName: error.name,
    stack: frames
      .slice(0, 12)
      .map((line) => line.trim())
      .join(" < "),
    ...(typeof sqlState === "string" ? { sqlState } : {}),
    ...(typeof constraint === "string" ? { constraint } : {}),
  };
}
