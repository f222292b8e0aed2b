import { StackError } from "../../dev/process/stack-error.ts";
import { listFunctions } from "./list-functions.ts";

const timeoutMs = 10_000;

/** What is wrong with a function as the world sees it; null when it runs and lets nobody in without a credential. */
export async function findFunctionFault(functionsUrl: string, name: string): Promise<string | null> {
  const ask = async (path: string, init: RequestInit = {}): Promise<number | null> => {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(`${functionsUrl}/${path}`, { ...init, signal }).catch(() => null);
    await response?.body?.cancel();
    return response?.status ?? null;
  };
  const health = await ask(`${name}/health`);
  if (health === null) return `${name} cannot be reached`;
  if (health === 404) return `${name} is not deployed`;
  if (health !== 200) return `${name} does not run (HTTP ${health}); its logs say why`;
  const refusal = await ask(name, { method: "POST" });
  if (refusal !== 401)
    return `${name} answers HTTP ${String(refusal)} to a call without a credential, not 401`;
  return null;
}

/** Throws a StackError that names the first function that is not as it should be. */
export async function expectHealth(functionsUrl: string): Promise<void> {
  for (const name of await listFunctions()) {
    const fault = await findFunctionFault(functionsUrl, name);
    if (fault !== null) throw new StackError(fault);
  }
}
