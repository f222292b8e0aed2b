import { toProjectUrl } from "../../deploy/read-options.ts";
import { type Check, type DoctorContext, ok, toFindings, warn } from "../check.ts";

/** Besides public, the platform's own GraphQL endpoint may be there. */
const harmless = new Set(["public", "graphql_public", "storage"]);
const remedy = "take them out of the Data API's exposed schemas";
const timeoutMs = 10_000;

const splitNames = (text: string): string[] => text.split(",").map((name) => name.trim());

async function readSetting({ client }: DoctorContext): Promise<string[] | null> {
  const { rows } = await client.query<{ value: string }>(
    `select split_part(setting, '=', 2) as value
     from pg_catalog.pg_db_role_setting s cross join lateral unnest(s.setconfig) setting
     where s.setrole = (select oid from pg_catalog.pg_roles where rolname = 'authenticator')
       and s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
       and setting like 'pgrst.db\\_schemas=%'
     order by s.setdatabase desc limit 1`,
  );
  const [row] = rows;
  return row === undefined ? null : splitNames(row.value);
}

/** Asks for a schema that nobody has: the refusal names those that are exposed. Null when it cannot be asked. */
async function askDataApi({ functionsUrl, publishableKey }: DoctorContext): Promise<string[] | null> {
  if (functionsUrl === null || publishableKey === null) return null;
  const response = await fetch(`${toProjectUrl(functionsUrl)}/rest/v1/tenants?limit=0`, {
    headers: { apikey: publishableKey, "accept-profile": "gantry_probe" },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const body = await response.text();
  // PGRST106; older releases say it in `message`, newer ones in `hint`.
  const names = /following(?: schemas)?(?: are exposed)?: ([^"\\]+)/i.exec(body)?.[1];
  if (names === undefined) throw new Error(`the Data API answered HTTP ${response.status}`);
  return splitNames(names);
}

export const checkExposedSchemas: Check = {
  name: "exposed schemas",
  async run(context) {
    const names = (await askDataApi(context)) ?? (await readSetting(context));
    if (names === null) {
      return warn("not asked: set SUPABASE_PUBLISHABLE_KEY and pass --functions-url");
    }
    const tooMany = names.filter((name) => !harmless.has(name));
    if (tooMany.length > 0)
      return toFindings([`${tooMany.join(", ")} can be reached by clients: ${remedy}`], "");
    return ok(names.join(", "));
  },
};
