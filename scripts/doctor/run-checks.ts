import type { Check, DoctorContext, Finding } from "./check.ts";
import { checkCronRights } from "./checks/cron-rights.ts";
import { checkDefaultPrivileges } from "./checks/default-privileges.ts";
import { checkDrift } from "./checks/drift.ts";
import { checkExposedSchemas } from "./checks/exposed-schemas.ts";
import { checkExtensions } from "./checks/extensions.ts";
import { checkFunctions } from "./checks/functions.ts";
import { checkGrants } from "./checks/grants.ts";
import { checkMasterKeys } from "./checks/master-keys.ts";
import { checkMemberships } from "./checks/memberships.ts";
import { checkMigrations } from "./checks/migrations.ts";
import { checkPreRequest } from "./checks/pre-request.ts";
import { checkRoles } from "./checks/roles.ts";
import { checkSchedule } from "./checks/schedule.ts";
import { checkServerVersion } from "./checks/server-version.ts";
import { checkTokenIssuer } from "./checks/token-issuer.ts";

const checks: readonly Check[] = [
  checkServerVersion,
  checkMigrations,
  checkRoles,
  checkMemberships,
  checkGrants,
  checkDefaultPrivileges,
  checkPreRequest,
  checkExposedSchemas,
  checkExtensions,
  checkCronRights,
  checkSchedule,
  checkMasterKeys,
  checkTokenIssuer,
  checkFunctions,
  checkDrift,
];

export interface CheckReport {
  readonly name: string;
  readonly findings: readonly Finding[];
}

async function runCheck(check: Check, context: DoctorContext): Promise<readonly Finding[]> {
  try {
    return await check.run(context);
  } catch (error) {
    // Something is missing that the check counts on, or the database did not answer: no reason to call it healthy.
    const message = error instanceof Error ? error.message : String(error);
    return [{ level: "FAIL", text: `could not be looked at: ${message}` }];
  }
}

/** Runs all checks, one after the other, whatever the others found. */
export async function runChecks(
  context: DoctorContext,
  onReport: (report: CheckReport) => void,
): Promise<CheckReport[]> {
  const reports: CheckReport[] = [];
  for (const check of checks) {
    const report = { name: check.name, findings: await runCheck(check, context) };
    reports.push(report);
    onReport(report);
  }
  return reports;
}
