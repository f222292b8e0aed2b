import { type Check, toFindings } from "../check.ts";

interface RoleRow {
  readonly name: string;
  readonly flags: readonly string[];
}

const noFlags: readonly string[] = [];

/** What each role may be; every other flag is a fault, and so is a missing one. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  gantry_edge: ["login"],
  gantry_worker: noFlags,
  gantry_definer: noFlags,
  authenticator: ["login"],
  anon: noFlags,
  authenticated: noFlags,
};

/** The platform lets these inherit on some projects; what they could inherit is looked at as memberships. */
const mayInherit = new Set(["anon", "authenticated"]);

function findFaults(name: string, row: RoleRow | undefined): string[] {
  if (row === undefined) return [`there is no role ${name}: npx supabase db push`];
  const expected = wanted[name] ?? noFlags;
  const tooMuch = row.flags.filter(
    (flag) => !expected.includes(flag) && !(flag === "inherit" && mayInherit.has(name)),
  );
  const missing = expected.filter((flag) => !row.flags.includes(flag));
  return [
    ...tooMuch.map((flag) => `${name} has ${flag}: alter role ${name} no${flag}`),
    ...missing.map((flag) => `${name} has no ${flag}: alter role ${name} ${flag}`),
  ];
}

export const checkRoles: Check = {
  name: "roles",
  async run({ client }) {
    const { rows } = await client.query<RoleRow>(
      `select rolname as name, array_remove(array[
         case when rolcanlogin then 'login' end, case when rolsuper then 'superuser' end,
         case when rolbypassrls then 'bypassrls' end, case when rolcreaterole then 'createrole' end,
         case when rolcreatedb then 'createdb' end, case when rolreplication then 'replication' end,
         case when rolinherit then 'inherit' end
       ], null) as flags
       from pg_catalog.pg_roles where rolname = any ($1)`,
      [Object.keys(wanted)],
    );
    const faults = Object.keys(wanted).flatMap((name) =>
      findFaults(
        name,
        rows.find((row) => row.name === name),
      ),
    );
    return toFindings(faults, "only gantry_edge and authenticator log in; none bypasses row security");
  },
};
