import { type Check, toFindings } from "../check.ts";

/** A plain insert into cron.job runs SQL as any user: pg_cron looks at rights in its functions only. */
const query = `
with callers as (
  select rolname from pg_catalog.pg_roles
  where rolname in ('anon', 'authenticated', 'service_role', 'authenticator', 'gantry_edge', 'gantry_worker', 'gantry_definer')
)
select rolname || ' may ' || word || ' cron.job: revoke it' as fault
from callers cross join unnest(array['insert', 'update', 'delete', 'truncate']) word
where has_table_privilege(rolname, 'cron.job', word)
union all
select rolname || ' may read vault.decrypted_secrets: revoke it'
from callers
where rolname <> 'service_role' and has_schema_privilege(rolname, 'vault', 'usage')
  and has_table_privilege(rolname, 'vault.decrypted_secrets', 'select')
order by 1`;

export const checkCronRights: Check = {
  name: "rights on the schedule",
  async run({ client }) {
    const { rows } = await client.query<{ fault: string }>(query);
    return toFindings(
      rows.map((row) => row.fault),
      "no role that callers have may write cron.job or read Vault",
    );
  },
};
