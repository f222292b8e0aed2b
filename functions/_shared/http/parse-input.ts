import type { ZodType } from "zod";
import type { FieldError } from "../errors/failure.ts";
import { fail, ok, type Result } from "../errors/result.ts";
import type { SystemRoute } from "./define-route.ts";
import { findBadBodyText, findBadText } from "./find-bad-text.ts";
import { defaultMaxBodyBytes, readJsonText } from "./read-body.ts";
import { toFieldErrors, toPathName } from "./to-field-errors.ts";

/** Added by the platform and its client library, not by the caller. */
const platformQuery = new Set(["apikey", "forceFunctionRegion"]);

interface Part {
  readonly value: unknown;
  readonly errors: readonly FieldError[];
}

function toPart(place: string, schema: ZodType, value: unknown): Part {
  const parsed = schema.safeParse(value);
  return parsed.success
    ? { value: parsed.data, errors: [] }
    : { value: undefined, errors: toFieldErrors(place, parsed.error) };
}

function parseParams(schema: ZodType | undefined, params: Readonly<Record<string, string>>): Part {
  const bad = findBadText("params", params);
  if (bad.length > 0 || schema === undefined) return { value: undefined, errors: bad };
  return toPart("params", schema, params);
}

function parseQuery(schema: ZodType | undefined, search: string): Part {
  if (search === "" && schema === undefined) return { value: undefined, errors: [] };
  const values: Record<string, string> = {};
  const errors: FieldError[] = [];
  for (const [key, value] of new URLSearchParams(search)) {
    if (platformQuery.has(key)) continue;
    const path = `query.${toPathName(key)}`;
    if (schema === undefined) errors.push({ path, code: "unrecognized_keys", message: "Unknown field" });
    else if (Object.hasOwn(values, key))
      errors.push({ path, code: "repeated", message: "Given more than once" });
    values[key] = value;
  }
  errors.push(...findBadText("query", values));
  if (errors.length > 0 || schema === undefined) return { value: undefined, errors: errors.slice(0, 20) };
  return toPart("query", schema, values);
}

/** Without a schema only nothing, or an empty object as some clients send it, is right. */
function checkNoBody(body: unknown): Part {
  const isEmpty =
    typeof body === "object" && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;
  if (body === undefined || isEmpty) return { value: undefined, errors: [] };
  const error = { path: "body", code: "unexpected", message: "No body is expected" };
  return { value: undefined, errors: [error] };
}

function parseBody(schema: ZodType | undefined, json: string | undefined): Result<Part> {
  let body: unknown;
  try {
    body = json === undefined ? undefined : JSON.parse(json);
  } catch {
    return fail("BODY_NOT_JSON");
  }
  const bad = json === undefined ? [] : findBadBodyText(json, body);
  if (bad.length > 0) return ok({ value: undefined, errors: bad });
  return ok(schema === undefined ? checkNoBody(body) : toPart("body", schema, body));
}

export interface RawInput {
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly search: string;
}

export interface ParsedInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Parses all parts by the route's schemas. Fails with every fault of the three at once. */
export async function parseInput(
  route: Pick<SystemRoute, "params" | "query" | "body" | "maxBodyBytes">,
  raw: RawInput,
): Promise<Result<ParsedInput>> {
  const params = parseParams(route.params, raw.params);
  const query = parseQuery(route.query, raw.search);
  const json = await readJsonText(raw.request, route.maxBodyBytes ?? defaultMaxBodyBytes);
  if (!json.ok) return json;
  const body = parseBody(route.body, json.value);
  if (!body.ok) return body;
  const errors = [...params.errors, ...query.errors, ...body.value.errors];
  if (errors.length > 0) return fail("VALIDATION_FAILED", { errors });
  return ok({ params: params.value, query: query.value, body: body.value.value });
}
