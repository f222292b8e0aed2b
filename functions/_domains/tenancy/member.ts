/** Somebody's membership in a tenant. */
export interface Member {
  readonly userId: string;
  readonly email: string | null;
  readonly fullName: string | null;
  readonly role: string;
  /** Since when. */
  readonly createdAt: Date;
}

/** Selects Member values, and what a cursor needs to the microsecond. */
export const selectMembers = `
  select
    m.user_id as "userId", u.email, u.full_name as "fullName", m.role, m.created_at as "createdAt",
    m.id as "membershipId", m.created_at::text as "createdAtText"
  from public.memberships m
  join public.users u on u.id = m.user_id`;

export interface MemberRow extends Member {
  readonly membershipId: string;
  readonly createdAtText: string;
}

export function toMember({ userId, email, fullName, role, createdAt }: MemberRow): Member {
  return { userId, email, fullName, role, createdAt };
}
