import type pg from "pg";
import { StackError } from "../../../dev/process/stack-error.ts";
import { toProjectUrl } from "../read-options.ts";
import type { DeployContext, Step } from "../step.ts";
import { waitFor } from "../wait-for.ts";

export const preRequest = "private.pre_request";
/** A credential of a kind that nobody accepts: the function refuses it, nothing else would. */
const probeHeaders = { "x-api-key": "gantry-probe" };

/** What the Data API calls before each request by the settings of its role; a database's own setting wins. */
export async function readPreRequest(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ value: string }>(
    `select split_part(setting, '=', 2) as value
     from pg_catalog.pg_db_role_setting s cross join lateral unnest(s.setconfig) setting
     where s.setrole = (select oid from pg_catalog.pg_roles where rolname = 'authenticator')
       and s.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
       and setting like 'pgrst.db\\_pre\\_request=%'
     order by s.setdatabase desc limit 1`,
  );
  return rows[0]?.value ?? null;
}

async function callInDatabase(client: pg.Client): Promise<void> {
  await client.query("begin");
  try {
    await client.query("set local role anon");
    await client.query("select set_config('request.headers', $1, true)", [JSON.stringify(probeHeaders)]);
    const refusal = await client.query(`select ${preRequest}()`).then(
      () => null,
      (error: { code?: string }) => error.code ?? null,
    );
    if (refusal !== "PT401") throw new StackError(`${preRequest} let an unknown credential through`);
  } finally {
    await client.query("rollback");
  }
}

async function callDataApi({ functionsUrl, publishableKey, patience }: DeployContext): Promise<void> {
  const url = `${toProjectUrl(functionsUrl)}/rest/v1/tenants?limit=0`;
  const headers = { ...probeHeaders, apikey: publishableKey?.reveal() ?? "" };
  let seen = "no answer";
  const isRefused = await waitFor(
    async () => {
      const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) }).catch(() => null);
      const body = (await response?.text()) ?? "";
      if (response !== null) seen = `HTTP ${response.status}`;
      return response?.status === 401 && body.includes("CREDENTIAL_INVALID") ? true : null;
    },
    { timeoutMs: patience.reloadMs },
  );
  if (isRefused === null) throw new StackError(`the Data API does not call ${preRequest}: ${seen}`);
}

/** Makes the Data API call our function before each request. */
export const setPreRequest: Step = {
  name: "pre-request function",
  async apply({ client }) {
    const found = await readPreRequest(client);
    if (found === preRequest) return null;
    if (found !== null && found !== "") {
      throw new StackError(
        `the Data API already calls ${found}; call ${preRequest} from there, or ` +
          "`alter role authenticator reset pgrst.db_pre_request` (also `in database ...`) and run this again",
      );
    }
    await client.query(`alter role authenticator set pgrst.db_pre_request = '${preRequest}'`);
    await client.query("notify pgrst, 'reload config'");
    return `the Data API calls ${preRequest}`;
  },
  async prove(context) {
    if ((await readPreRequest(context.client)) !== preRequest)
      throw new StackError("the setting does not read back");
    await callInDatabase(context.client);
    if (context.publishableKey === null) return "set; the function refuses an unknown credential";
    await callDataApi(context);
    return "the Data API refuses an unknown credential";
  },
};
