import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type AuthServer, createAuthServer } from "../auth/create-auth-server.ts";
import { createFunctionHost, type FunctionHost } from "../functions/create-function-host.ts";
import { type FunctionLimits, hostedLimits } from "../functions/limit-worker.ts";
import { type Gateway, startGateway } from "../gateway/start-gateway.ts";
import { findBinaries } from "../postgres/find-binaries.ts";
import { findServerUser } from "../postgres/server-user.ts";
import type { PostgresServer } from "../postgres/start-postgres.ts";
import { isPortFree } from "../process/find-free-port.ts";
import { makeFolder } from "../process/make-folder.ts";
import { StackError } from "../process/stack-error.ts";
import { findPostgrest } from "../rest/find-postgrest.ts";
import { keepPostgrestRunning, type Postgrest } from "../rest/keep-postgrest-running.ts";
import { startTick } from "../scheduler/start-tick.ts";
import { type Cleanup, createCleanup } from "./create-cleanup.ts";
import { createRoleToken } from "./create-role-token.ts";
import type { KeptServer } from "./keep-postgres-running.ts";
import { openSecrets, type StackSecrets } from "./open-secrets.ts";
import { registerLocalTarget } from "./register-local-target.ts";
import { prepareDatabase, startClusters } from "./start-clusters.ts";

export interface StackOptions {
  /** Holds everything the stack keeps: both clusters, secrets, logs. Made if missing. */
  readonly dataDir: string;
  /** Of the gateway. Default 54321. */
  readonly port?: number;
  /** Folder of the functions. Default functions/ of this repository. */
  readonly functionsRoot?: string;
  /** Instead of hosted's, for tests that cannot wait so long. */
  readonly functionLimits?: Partial<FunctionLimits>;
  /** Wake the scheduler each five seconds. Default true. */
  readonly tick?: boolean;
  /** One line for each step of the start. */
  readonly onProgress?: (line: string) => void;
  /** One line for each thing that went wrong later on and was put right. Default: as onProgress. */
  readonly onNotice?: (line: string) => void;
}

export interface Stack extends StackSecrets {
  readonly apiUrl: string;
  /** Role postgres, which runs migrations. */
  readonly dbUrl: string;
  /** Role supabase_admin, the superuser. */
  readonly adminDbUrl: string;
  /** Role gantry_edge, as the functions log in. */
  readonly edgeDbUrl: string;
  /** Admin of the cluster that takes tenant databases. */
  readonly targetAdminUrl: string;
  readonly dataDir: string;
  /** The control plane's server; asked for anew after a crash, since its pid changes. */
  readonly postgres: PostgresServer;
  readonly target: PostgresServer;
  /** Pids of what runs, for tests that kill it. */
  postgrestPid(): number;
  functionPid(name: string): Promise<number | null>;
  restartFunction(name: string): void;
  killFunction(name: string): Promise<number | null>;
  stop(): Promise<void>;
}

const defaultPort = 54_321;
const database = "postgres";
const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

interface Plan {
  readonly dataDir: string;
  readonly logDir: string;
  readonly port: number;
  readonly functionsRoot: string;
  readonly limits: FunctionLimits;
  readonly hasTick: boolean;
  readonly onProgress: (line: string) => void;
  readonly onNotice: (line: string) => void;
}

function toPlan(options: StackOptions): Plan {
  const onProgress = options.onProgress ?? ((): void => undefined);
  const dataDir = resolve(options.dataDir);
  return {
    dataDir,
    logDir: join(dataDir, "logs"),
    port: options.port ?? defaultPort,
    functionsRoot: resolve(options.functionsRoot ?? join(projectRoot, "functions")),
    limits: { ...hostedLimits, ...options.functionLimits },
    hasTick: options.tick ?? true,
    onProgress,
    onNotice: options.onNotice ?? onProgress,
  };
}

function openFunctions(plan: Plan, secrets: StackSecrets, edgeDbUrl: string): FunctionHost {
  return createFunctionHost({
    functionsRoot: plan.functionsRoot,
    projectRoot,
    dataDir: plan.dataDir,
    logDir: plan.logDir,
    limits: plan.limits,
    onNotice: plan.onNotice,
    environment: {
      SUPABASE_URL: `http://127.0.0.1:${plan.port}`,
      GANTRY_DB_URL: edgeDbUrl,
      GANTRY_JWT_SECRET: secrets.jwtSecret,
      GANTRY_SCHEDULER_SECRET: secrets.schedulerSecret,
      GANTRY_MASTER_KEYS: secrets.masterKeys,
      GANTRY_ALLOWED_ORIGINS: "http://localhost:3000,http://127.0.0.1:3000",
    },
  });
}

interface Services {
  readonly rest: Postgrest;
  readonly auth: AuthServer;
  readonly functions: FunctionHost;
  readonly gateway: Gateway;
}

async function startServices(
  plan: Plan,
  secrets: StackSecrets,
  control: PostgresServer,
  cleanup: Cleanup,
): Promise<Services> {
  const { jwtSecret } = secrets;
  plan.onProgress("PostgREST");
  const rest = await keepPostgrestRunning({
    databaseUrl: control.urlFor("authenticator", database),
    jwtSecret,
    logFile: join(plan.logDir, "postgrest.log"),
    onNotice: plan.onNotice,
  });
  cleanup.add(rest.stop);
  plan.onProgress("auth, functions and gateway");
  const siteUrl = `http://127.0.0.1:${plan.port}`;
  const auth = createAuthServer({
    databaseUrl: control.urlFor("supabase_auth_admin", database),
    jwtSecret,
    siteUrl,
  });
  cleanup.add(auth.close);
  const functions = openFunctions(plan, secrets, control.urlFor("gantry_edge", database));
  cleanup.add(functions.stop);
  const gateway = await startGateway({
    port: plan.port,
    keys: secrets,
    tokens: {
      anon: await createRoleToken("anon", jwtSecret),
      service_role: await createRoleToken("service_role", jwtSecret),
    },
    restPort: rest.port,
    auth,
    functions,
    onNotice: plan.onNotice,
  });
  cleanup.add(gateway.stop);
  return { rest, auth, functions, gateway };
}

function toStack(
  plan: Plan,
  secrets: StackSecrets,
  clusters: { control: KeptServer; target: KeptServer },
  services: Services,
  stop: () => Promise<void>,
): Stack {
  const control = clusters.control.current();
  return {
    ...secrets,
    apiUrl: services.gateway.url,
    dbUrl: control.urlFor("postgres", database),
    adminDbUrl: control.urlFor("supabase_admin", database),
    edgeDbUrl: control.urlFor("gantry_edge", database),
    targetAdminUrl: clusters.target.current().urlFor("postgres", "postgres"),
    dataDir: plan.dataDir,
    get postgres() {
      return clusters.control.current();
    },
    get target() {
      return clusters.target.current();
    },
    postgrestPid: services.rest.pid,
    functionPid: services.functions.pidOf,
    restartFunction: services.functions.restart,
    killFunction: services.functions.kill,
    stop,
  };
}

/**
 * Starts the whole local Supabase-shaped stack with Gantry in it. Faults that the user can put right are StackErrors of
 * one line; whatever had been started by then is stopped again.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const plan = toPlan(options);
  if (!(await isPortFree(plan.port))) {
    throw new StackError(`port ${plan.port} is taken; stop what listens there or choose another with --port`);
  }
  // Asked first, so that an unsupported platform leaves nothing behind.
  await Promise.all([findBinaries(await findServerUser()), findPostgrest()]);
  const secrets = await openSecrets(plan.dataDir);
  await makeFolder(plan.logDir);
  const cleanup = createCleanup();
  try {
    plan.onProgress("two Postgres clusters: control plane and target");
    const clusters = await startClusters(plan, cleanup);
    plan.onProgress("migrations and seed");
    await prepareDatabase(clusters, database);
    const services = await startServices(plan, secrets, clusters.control.current(), cleanup);
    const stack = toStack(plan, secrets, clusters, services, cleanup.run);
    plan.onProgress("target for tenant databases");
    await registerLocalTarget(stack);
    if (plan.hasTick) {
      const tick = startTick({
        apiUrl: stack.apiUrl,
        schedulerSecret: secrets.schedulerSecret,
        isWanted: () => services.functions.has("scheduler"),
        onNotice: plan.onNotice,
      });
      cleanup.add(tick.stop);
    }
    return stack;
  } catch (error) {
    // The fault of the start matters more than one of the clean-up that follows from it.
    await cleanup.run().catch((fault: unknown) => plan.onNotice(`clean-up: ${String(fault)}`));
    throw error;
  }
}
