import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { StackError } from "../process/stack-error.ts";

export interface CliOptions {
  readonly dataDir: string;
  readonly port: number;
  /** Begin anew: remove both clusters and the secrets first. */
  readonly isReset: boolean;
  /** `npm start` only: stop after the demo instead of staying up. */
  readonly isExit: boolean;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new StackError(`--port ${text} is no port`);
  return port;
}

function readFlags(args: readonly string[]): {
  port?: string;
  "data-dir"?: string;
  reset?: boolean;
  exit?: boolean;
} {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        "data-dir": { type: "string" },
        reset: { type: "boolean" },
        exit: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new StackError(error instanceof Error ? error.message : String(error));
  }
}

/** --port, --data-dir, --reset, --exit; each has the default of one ordinary stack per checkout. */
export function parseStackOptions(args: readonly string[]): CliOptions {
  const flags = readFlags(args);
  return {
    dataDir: resolve(flags["data-dir"] ?? ".gantry"),
    port: parsePort(flags.port ?? "54321"),
    isReset: flags.reset ?? false,
    isExit: flags.exit ?? false,
  };
}
