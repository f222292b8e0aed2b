import pg from "pg";
import { StackError } from "../../dev/process/stack-error.ts";
import type { DeployContext, Step } from "./step.ts";
import { admitFunctions } from "./steps/admit-functions.ts";
import { enableExtensions } from "./steps/enable-extensions.ts";
import { rememberMasterKeys } from "./steps/remember-master-keys.ts";
import { scheduleCleaning } from "./steps/schedule-cleaning.ts";
import { scheduleWakeUp } from "./steps/schedule-wake-up.ts";
import { setPreRequest } from "./steps/set-pre-request.ts";
import { storeSchedulerSecret } from "./steps/store-scheduler-secret.ts";

const steps: readonly Step[] = [
  enableExtensions,
  admitFunctions,
  rememberMasterKeys,
  setPreRequest,
  storeSchedulerSecret,
  scheduleWakeUp,
  scheduleCleaning,
];

export interface StepReport {
  readonly name: string;
  /** Null when the project had it already. */
  readonly change: string | null;
  /** What the probe saw. */
  readonly proof: string;
}

/** What the server refuses is told in its own words; anything else is a bug and keeps its trace. */
function toStepFault(step: Step, error: unknown): unknown {
  if (error instanceof StackError) return new StackError(`${step.name}: ${error.message}`);
  if (!(error instanceof pg.DatabaseError)) return error;
  return new StackError(`${step.name}: the database refuses: ${error.message} (${error.code ?? "no code"})`);
}

/**
 * Brings a project to what the repository expects around the schema, and tries each thing before the next. Repeatable:
 * where everything is as it should be, nothing is written. The first fault ends it, as a StackError that names the step.
 */
export async function configureProject(
  context: DeployContext,
  onReport: (report: StepReport) => void,
): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  for (const step of steps) {
    try {
      const change = await step.apply(context);
      const report = { name: step.name, change, proof: await step.prove(context) };
      reports.push(report);
      onReport(report);
    } catch (error) {
      throw toStepFault(step, error);
    }
  }
  return reports;
}
