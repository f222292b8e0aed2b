import type pg from "pg";
import type { Variables } from "../deploy/env-file.ts";

export interface DoctorContext {
  /** Gantry's database, as its owner. Only read. */
  readonly client: pg.Client;
  readonly databaseUrl: string;
  /** What the functions were given, unchecked; empty when nobody told. */
  readonly variables: Variables;
  readonly functionsUrl: string | null;
  readonly publishableKey: string | null;
}

/** `warn` is something that was not or cannot be looked at; `FAIL` has to be put right. */
export interface Finding {
  readonly level: "ok" | "warn" | "FAIL";
  /** What was seen, and what to do unless it is ok. Holds no secret. */
  readonly text: string;
}

export interface Check {
  readonly name: string;
  /** One finding, or one for each fault. A throw means that it could not be looked at. */
  run(context: DoctorContext): Promise<readonly Finding[]>;
}

export const ok = (text: string): readonly Finding[] => [{ level: "ok", text }];
export const warn = (text: string): readonly Finding[] => [{ level: "warn", text }];

/** One FAIL for each fault; ok with the given text when there is none. */
export function toFindings(faults: readonly string[], text: string): readonly Finding[] {
  return faults.length === 0 ? ok(text) : faults.map((fault) => ({ level: "FAIL", text: fault }));
}
