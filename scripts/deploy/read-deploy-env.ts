import { StackError } from "../../dev/process/stack-error.ts";
import { EnvError } from "../../functions/_shared/env/define-env.ts";
import { type FunctionEnv, parseFunctionEnv } from "../../functions/_shared/env/function-env.ts";
import { createEdgePassword, toEdgeUrl } from "./edge-url.ts";
import { appendToEnvFile, readEnvFile, type Variables } from "./env-file.ts";
import { toProjectUrl } from "./read-options.ts";

export interface DeployEnv {
  readonly env: FunctionEnv;
  /** GANTRY_DB_URL was made up and written to the file; the functions do not know it yet. */
  readonly hasNewDatabaseUrl: boolean;
}

function parse(source: Readonly<Record<string, string | undefined>>): FunctionEnv {
  try {
    return parseFunctionEnv(source);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    throw new StackError(`${error.message} (npm run deploy:env makes a file with all of them)`);
  }
}

/**
 * What the functions are given, from the environment and, for what is not there, from a file; checked by the functions'
 * own rules. A missing GANTRY_DB_URL is made from the owner's URL with a new password and added to the file.
 */
export async function readDeployEnv(options: {
  readonly envFile: string;
  readonly ownerUrl: string;
  readonly functionsUrl: string;
}): Promise<DeployEnv> {
  const file = await readEnvFile(options.envFile);
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  const source: Variables = { ...file, ...given, SUPABASE_URL: toProjectUrl(options.functionsUrl) };
  if (source.GANTRY_DB_URL !== undefined) return { env: parse(source), hasNewDatabaseUrl: false };
  const url = toEdgeUrl(options.ownerUrl, createEdgePassword());
  const env = parse({ ...source, GANTRY_DB_URL: url });
  await appendToEnvFile(options.envFile, { GANTRY_DB_URL: url });
  return { env, hasNewDatabaseUrl: true };
}
