import { FunctionsHttpError, type SupabaseClient } from "@supabase/supabase-js";
import { DemoFault } from "./person.ts";

type Method = "GET" | "POST" | "DELETE";

/** Calls the function `tenants` by supabase-js and returns its body; a refusal is a DemoFault with its code. */
export async function callTenants<T>(
  client: SupabaseClient,
  method: Method,
  path: string,
  body?: Record<string, unknown>,
): Promise<T> {
  const { data, error } = await client.functions.invoke<T>(`tenants${path}`, {
    method,
    ...(body ? { body } : {}),
  });
  if (error instanceof FunctionsHttpError) {
    const response = error.context as Response;
    throw new DemoFault(`${method} tenants${path}: ${response.status} ${await response.text()}`);
  }
  if (error || data === null) throw new DemoFault(`${method} tenants${path}: ${String(error)}`);
  return data;
}

/** The status with which the function refuses, or 200. */
export async function readStatus(client: SupabaseClient, method: Method, path: string): Promise<number> {
  const { error } = await client.functions.invoke(`tenants${path}`, { method });
  if (error === null) return 200;
  if (!(error instanceof FunctionsHttpError))
    throw new DemoFault(`${method} tenants${path}: ${String(error)}`);
  const response = error.context as Response;
  await response.body?.cancel();
  return response.status;
}
