import { parseArgs } from "node:util";
import { registerTarget as register } from "../functions/_domains/provisioning/register-target.ts";
import { TargetFailure } from "../functions/_domains/provisioning/target-failure.ts";
import { createKeyRing, KeyRingError } from "../functions/_shared/crypto/key-ring.ts";
import { Secret } from "../functions/_shared/crypto/secret.ts";
import { openPostgres } from "../functions/_shared/egress/open-postgres.ts";

export interface TargetRegistration {
  /** Gantry's database, as its owner (role postgres). */
  readonly databaseUrl: string;
  /** As in GANTRY_MASTER_KEYS: `id:base64,...`, the first is current. */
  readonly masterKeys: string;
  /** Lower-case words; registering the name again updates it. */
  readonly name: string;
  readonly adminUrl: string;
  readonly region: string;
  /** How many tenant databases the cluster may hold. */
  readonly capacity: number;
}

/** Prepares a cluster for tenant databases and registers it. Throws a TargetFailure. Returns the target's id. */
export function registerTarget(registration: TargetRegistration): Promise<string> {
  const { name, region, capacity } = registration;
  return register(
    {
      openPostgres,
      keyring: createKeyRing(new Secret(registration.masterKeys)),
      databaseUrl: new Secret(registration.databaseUrl),
    },
    { name, region, capacity, adminUrl: new Secret(registration.adminUrl) },
  );
}

const usage = `npm run targets:register -- --name NAME --region REGION --capacity COUNT

Prepares a Postgres cluster for tenant databases and registers it. Reads from the environment, because arguments can be
seen by every user of the machine:
  DATABASE_URL        Gantry's database, as its owner
  GANTRY_MASTER_KEYS  the key ring that the functions use
  TARGET_ADMIN_URL    the cluster's admin, who may create roles and databases`;

const words = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Names what is missing or wrong, never its value. */
function readRegistration(args: string[], env: NodeJS.ProcessEnv): TargetRegistration | string {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args, options: { name: text, region: text, capacity: text }, strict: true });
  const { name = "", region = "" } = values;
  const capacity = Number(values.capacity);
  if (!words.test(name)) return "--name must be lower-case letters, digits and dashes";
  if (!words.test(region)) return "--region must be lower-case letters, digits and dashes";
  if (!Number.isSafeInteger(capacity) || capacity < 1) return "--capacity must be a whole number from 1";
  const { DATABASE_URL, GANTRY_MASTER_KEYS, TARGET_ADMIN_URL } = env;
  if (!DATABASE_URL || !GANTRY_MASTER_KEYS || !TARGET_ADMIN_URL) {
    return "DATABASE_URL, GANTRY_MASTER_KEYS and TARGET_ADMIN_URL must be set";
  }
  return {
    name,
    region,
    capacity,
    databaseUrl: DATABASE_URL,
    masterKeys: GANTRY_MASTER_KEYS,
    adminUrl: TARGET_ADMIN_URL,
  };
}

function isUsageError(error: unknown): error is Error {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && code.startsWith("ERR_PARSE_ARGS");
}

async function main(): Promise<void> {
  const registration = readRegistration(process.argv.slice(2), process.env);
  if (typeof registration === "string") {
    console.error(`${registration}\n\n${usage}`);
    process.exitCode = 1;
    return;
  }
  const id = await registerTarget(registration);
  console.log(`Target ${registration.name} is ready (${id}).`);
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    const isExpected = error instanceof TargetFailure || error instanceof KeyRingError || isUsageError(error);
    if (!isExpected) throw error;
    console.error(error instanceof TargetFailure ? `${error.code}: ${error.message}` : error.message);
    process.exitCode = 1;
  });
}
