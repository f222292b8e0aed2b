import type pg from "pg";
import { type ApiRole, type Attempt, asCaller, connect, tryOut } from "../fixtures/security/sql-session.ts";
import { type CallerName, callerNames, createWorld, type World, type WorldCaller } from "../helpers/world.ts";
import { createFingerprint, listColumns, readRows } from "./catalog.ts";
import { type ObjectExpectation, objects } from "./expectations.ts";
import type { RowFacts } from "./expected-rows.ts";

/** The tenant named in x-tenant-id; "none" leaves the header out. */
export const headers = ["none", "acme", "beta", "gamma"] as const;
export type Header = (typeof headers)[number];
export const writeHeaders = ["none", "acme", "beta"] as const;
/** "personal" is a tenant of the caller's own, though not the one the request acts in. */
export const insertTargets = ["acme", "beta", "personal", "null"] as const;

/**
 * Three ways of moving rows: to another tenant by key, to no tenant by key, and to another tenant without naming any
 * column to read, so that no select policy stands in for a missing check.
 */
export const moves = ["move", "move to null", "blind move"] as const;

/** What the statement was about: one key for each cell of the matrix. */
export type Operation =
  | "select"
  | "update"
  | "delete"
  | (typeof moves)[number]
  | `insert ${(typeof insertTargets)[number]}`;

export interface Cell extends Attempt {
  /** Whether the owner, re-reading everything before the rollback, found a change. */
  readonly hasChanged: boolean;
}

export interface Matrix {
  readonly world: World;
  readonly rowsOf: ReadonlyMap<string, readonly RowFacts[]>;
  readonly cells: ReadonlyMap<string, Cell>;
}

export function toCellKey(object: string, caller: CallerName, header: Header, operation: Operation): string {
  return [object, caller, header, operation].join("|");
}

export function findTenantId(world: World, header: Header): string | null {
  return header === "none" ? null : world.tenants[header];
}

export function findInsertTenantId(
  world: World,
  caller: WorldCaller,
  target: (typeof insertTargets)[number],
): string | null {
  if (target === "null") return null;
  if (target === "personal") return caller.memberships[0]?.tenantId ?? world.tenants.gamma;
  return world.tenants[target];
}

/**
 * Rows that clients could insert, for the objects that let anybody insert. Without returning, which would ask the
 * select policy too and so hide a missing check.
 */
const insertions: Readonly<Record<string, string>> = {
  "public.settings": "insert into public.settings (tenant_id, key, value) values ($1, 'probe.setting', '1')",
  "public.environment_types":
    "insert into public.environment_types (tenant_id, name, slug) values ($1, 'Probe', 'probe')",
  "control_plane.tenant_data_keys": `insert into control_plane.tenant_data_keys (tenant_id, version, wrapped_key, master_key_id)
     values ($1, 9, '\\x01', 'local')`,
};

function getUpdate(object: string, expectation: ObjectExpectation, role: ApiRole, column: string): string {
  const columns =
    role === "gantry_worker" ? expectation.worker?.updatableColumns : expectation.updatableColumns;
  const target = columns?.[0] ?? column;
  return `update ${object} set ${target} = ${target} where ${expectation.key} = any ($1) returning ${expectation.key}`;
}

/** Own memberships can be given up; what that does is told in memberships.test.ts, here only others' rows count. */
function getDeletable(object: string, rows: readonly RowFacts[]): readonly RowFacts[] {
  return object === "public.memberships" ? [] : rows;
}

interface Probe {
  readonly operation: Operation;
  readonly text: string;
  readonly parameters: readonly unknown[];
}

interface ProbeInput {
  readonly object: string;
  readonly expectation: ObjectExpectation;
  readonly rows: readonly RowFacts[];
  readonly caller: WorldCaller;
  readonly columns: readonly string[];
  readonly world: World;
}

function createWrites(input: ProbeInput): Probe[] {
  const { object, expectation, rows, columns, world } = input;
  const keys = rows.map((row) => row.key);
  const probes: Probe[] = [
    {
      operation: "update",
      text: getUpdate(object, expectation, input.caller.role, columns[0] ?? ""),
      parameters: [keys],
    },
    {
      operation: "delete",
      text: `delete from ${object} where ${expectation.key} = any ($1) returning ${expectation.key}`,
      parameters: [getDeletable(object, rows).map((row) => row.key)],
    },
  ];
  if (columns.includes("tenant_id")) {
    const text = `update ${object} set tenant_id = $2 where ${expectation.key} = any ($1) returning ${expectation.key}`;
    probes.push(
      { operation: "move", text, parameters: [keys, world.tenants.beta] },
      { operation: "move to null", text, parameters: [keys, null] },
      {
        operation: "blind move",
        text: `update ${object} set tenant_id = $1`,
        parameters: [world.tenants.beta],
      },
    );
  }
  for (const target of insertTargets) {
    const text = insertions[object];
    probes.push({
      operation: `insert ${target}`,
      text: text ?? `insert into ${object} default values`,
      parameters: text ? [findInsertTenantId(world, input.caller, target)] : [],
    });
  }
  return probes;
}

async function runCaller(
  client: pg.Client,
  matrix: { world: World; rowsOf: Map<string, readonly RowFacts[]>; cells: Map<string, Cell> },
  columnsOf: ReadonlyMap<string, readonly string[]>,
  callerName: CallerName,
): Promise<void> {
  const caller = matrix.world.callers[callerName];
  const readFingerprint = await createFingerprint(client);
  for (const header of headers) {
    const tenantId = findTenantId(matrix.world, header);
    const request = { headers: tenantId === null ? {} : { "x-tenant-id": tenantId } };
    await asCaller(client, caller, request, async () => {
      await client.query("reset role");
      const before = await readFingerprint();
      await client.query("select set_config('role', $1, true)", [caller.role]);
      const run = async (object: string, probe: Probe): Promise<void> => {
        let after = before;
        const isWrite = probe.operation !== "select";
        const cell = await tryOut(client, caller, probe.text, probe.parameters, async () => {
          if (isWrite) after = await readFingerprint();
        });
        const key = toCellKey(object, callerName, header, probe.operation);
        matrix.cells.set(key, { ...cell, hasChanged: after !== before });
      };
      for (const [object, expectation] of Object.entries(objects)) {
        const rows = matrix.rowsOf.get(object) ?? [];
        await run(object, {
          operation: "select",
          text: `select ${expectation.key} from ${object}`,
          parameters: [],
        });
        if (header === "gamma") continue;
        const columns = columnsOf.get(object) ?? [];
        const input = { object, expectation, rows, caller, columns, world: matrix.world };
        for (const probe of createWrites(input)) await run(object, probe);
      }
    });
  }
}

/** Runs every operation on every object as every caller; nothing stays. `adminUrl` is a superuser's, to become them. */
export async function runMatrix(adminUrl: string): Promise<Matrix> {
  const world = await createWorld(adminUrl);
  const client = await connect(adminUrl);
  try {
    const rowsOf = new Map<string, readonly RowFacts[]>();
    for (const [object, expectation] of Object.entries(objects)) {
      rowsOf.set(object, await readRows(client, object, expectation));
    }
    const columnsOf = new Map<string, string[]>();
    for (const { object, column } of await listColumns(client)) {
      columnsOf.set(object, [...(columnsOf.get(object) ?? []), column]);
    }
    const matrix = { world, rowsOf, cells: new Map<string, Cell>() };
    for (const callerName of callerNames) await runCaller(client, matrix, columnsOf, callerName);
    return matrix;
  } finally {
    await client.end();
  }
}
