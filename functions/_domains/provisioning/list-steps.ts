export type OperationKind = "create" | "delete" | "suspend" | "resume";

/** Steps at a target. Each looks before it acts and reads back what it did, so each may run any number of times. */
export type TargetStep =
  | "create_role"
  | "create_database"
  | "lock_down_database"
  | "hand_over_schema"
  | "open_logins"
  | "verify_login"
  | "close_logins"
  | "terminate_connections"
  | "drop_database"
  | "drop_role";

/** `seal_credentials` happens in Gantry's own database, before anything exists at the target. */
export type OperationStep = "seal_credentials" | TargetStep;

const steps: Readonly<Record<OperationKind, readonly OperationStep[]>> = {
  create: [
    "seal_credentials",
    "create_role",
    "create_database",
    "lock_down_database",
    "hand_over_schema",
    "verify_login",
  ],
  suspend: ["close_logins", "terminate_connections"],
  resume: ["open_logins", "hand_over_schema", "verify_login"],
  delete: ["close_logins", "terminate_connections", "drop_database", "drop_role"],
};

/** The steps of a kind of operation, in order. */
export function listSteps(kind: OperationKind): readonly OperationStep[] {
  return steps[kind];
}

const messages: Readonly<Record<OperationStep, string>> = {
  seal_credentials: "Sealing the credentials",
  create_role: "Creating the login",
  create_database: "Creating the database",
  lock_down_database: "Closing the database to everybody else",
  hand_over_schema: "Handing over the schema",
  open_logins: "Opening logins",
  verify_login: "Checking the login",
  close_logins: "Closing logins",
  terminate_connections: "Ending open connections",
  drop_database: "Dropping the database",
  drop_role: "Dropping the login",
};

/** What people read while the step runs. */
export function toStepMessage(step: OperationStep): string {
  return messages[step];
}
