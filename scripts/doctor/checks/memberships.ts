import { type Check, toFindings } from "../check.ts";

interface Membership {
  readonly member: string;
  readonly role: string;
  readonly inherits: boolean;
}

const wanted: readonly Membership[] = [
  { member: "gantry_edge", role: "authenticated", inherits: false },
  { member: "gantry_edge", role: "gantry_worker", inherits: false },
];

/** Roles with more rights than all of these anyway. */
const isMaster = ({ member }: Membership) => member === "postgres" || member === "supabase_admin";

const isSame = (left: Membership, right: Membership) =>
  left.member === right.member && left.role === right.role;

function toFault(membership: Membership): string | null {
  const { member, role, inherits } = membership;
  const expected = wanted.find((other) => isSame(other, membership));
  if (expected === undefined) return `${member} may become ${role}: revoke ${role} from ${member}`;
  if (!inherits || expected.inherits) return null;
  return `${member} has the rights of ${role} at all times: grant ${role} to ${member} with inherit false`;
}

export const checkMemberships: Check = {
  name: "memberships",
  async run({ client }) {
    const { rows } = await client.query<Membership>(
      `select pg_get_userbyid(member) as member, pg_get_userbyid(roleid) as role, bool_or(inherit_option) as inherits
       from pg_catalog.pg_auth_members
       where pg_get_userbyid(member) in ('anon', 'authenticated', 'gantry_edge', 'gantry_worker', 'gantry_definer')
         or pg_get_userbyid(roleid) in ('gantry_edge', 'gantry_worker', 'gantry_definer')
       group by member, roleid order by 1, 2`,
    );
    const found = rows.filter((row) => !isMaster(row));
    const missing = wanted.filter((membership) => !found.some((row) => isSame(row, membership)));
    const faults = found.map(toFault).filter((fault) => fault !== null);
    return toFindings(
      [
        ...faults,
        ...missing.map(
          ({ member, role }) =>
            `${member} cannot become ${role}: grant ${role} to ${member} with inherit false`,
        ),
      ],
      "gantry_edge may become authenticated or gantry_worker, and nobody anything else",
    );
  },
};
