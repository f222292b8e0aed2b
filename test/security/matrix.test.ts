import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type CallerName, callerNames, type WorldCaller } from "../helpers/world.ts";
import { type ObjectExpectation, objects, type Reach } from "./expectations.ts";
import { findActiveTenant, isReached, type RowFacts } from "./expected-rows.ts";
import {
  findInsertTenantId,
  findTenantId,
  type Header,
  headers,
  insertTargets,
  type Matrix,
  moves,
  type Operation,
  runMatrix,
  toCellKey,
  writeHeaders,
} from "./run-matrix.ts";

let database: TestDatabase;
let matrix: Matrix;

beforeAll(async () => {
  database = await createTestDatabase();
  matrix = await runMatrix(database.adminUrl);
}, 180_000);

afterAll(() => database?.drop());

const nobody: Reach = { kind: "nobody" };

/** Either the statement as such is refused, or it reaches exactly these rows. */
type Expected = { readonly refused: true } | { readonly refused: false; readonly ids: readonly string[] };

function cellOf(object: string, caller: CallerName, header: Header, operation: Operation) {
  const cell = matrix.cells.get(toCellKey(object, caller, header, operation));
  if (!cell) throw new Error("this cell was not run");
  return cell;
}

function expectRows(
  object: string,
  caller: WorldCaller,
  header: Header,
  reach: Reach,
  isWorkerAllowed: boolean,
): Expected {
  const rows = matrix.rowsOf.get(object) ?? [];
  const toIds = (reached: readonly RowFacts[]) => reached.map((row) => row.key).sort();
  if (caller.role === "gantry_worker") {
    return isWorkerAllowed ? { refused: false, ids: toIds(rows) } : { refused: true };
  }
  if (caller.role !== "authenticated" || reach.kind === "nobody") return { refused: true };
  const active = findActiveTenant(caller, findTenantId(matrix.world, header));
  const reached = rows.filter((row) => isReached(matrix.world, reach, caller, active, row));
  return { refused: false, ids: toIds(reached) };
}

function check(expected: Expected, cell: ReturnType<typeof cellOf>, isWrite: boolean): void {
  if (expected.refused) {
    expect(cell.code).toBe("42501");
    expect(cell.ids).toEqual([]);
  } else {
    expect(cell.message).toBe("");
    expect(cell.ids).toEqual(expected.ids);
  }
  const isWritten = isWrite && !expected.refused && expected.ids.length > 0;
  if (!isWritten) expect(cell.hasChanged).toBe(false);
}

function describeSelects(object: string, expectation: ObjectExpectation, name: CallerName): void {
  test.each(headers)("acting in %s: select returns exactly the declared rows", (header) => {
    const caller = matrix.world.callers[name];
    const expected = expectRows(object, caller, header, expectation.select, Boolean(expectation.worker));
    check(expected, cellOf(object, name, header, "select"), false);
  });
}

function describeUpdates(object: string, expectation: ObjectExpectation, name: CallerName): void {
  test.each(writeHeaders)("acting in %s: update changes exactly the declared rows", (header) => {
    const caller = matrix.world.callers[name];
    const reach = expectation.update ?? nobody;
    const isWorkerAllowed = Boolean(expectation.worker?.updatableColumns);
    const expected = expectRows(object, caller, header, reach, isWorkerAllowed);
    check(expected, cellOf(object, name, header, "update"), true);
  });
}

function describeDeletes(object: string, expectation: ObjectExpectation, name: CallerName): void {
  test.each(writeHeaders)("acting in %s: delete removes exactly the declared rows", (header) => {
    const caller = matrix.world.callers[name];
    const expected = expectRows(object, caller, header, expectation.delete ?? nobody, false);
    const isElsewhere = object === "public.memberships" && !expected.refused;
    check(isElsewhere ? { refused: false, ids: [] } : expected, cellOf(object, name, header, "delete"), true);
  });
}

function describeMoves(object: string, expectation: ObjectExpectation, name: CallerName): void {
  if (!expectation.tenant.includes("tenant_id")) return;
  const cases = (["none", "acme"] as const).flatMap((header) => moves.map((move) => ({ header, move })));
  test.each(cases)("acting in $header: no row changes its tenant ($move)", ({ header, move }) => {
    const cell = cellOf(object, name, header, move);
    // A statement that finds rows to move is refused; one that finds none changes none.
    expect(cell.code === "42501" || (cell.code === null && cell.ids.length === 0)).toBe(true);
    expect(cell.hasChanged).toBe(false);
  });
}

function describeInserts(object: string, expectation: ObjectExpectation, name: CallerName): void {
  const cases = writeHeaders.flatMap((header) => insertTargets.map((target) => ({ header, target })));
  test.each(cases)("acting in $header: insert for tenant $target as declared", ({ header, target }) => {
    const { world } = matrix;
    const caller = world.callers[name];
    const cell = cellOf(object, name, header, `insert ${target}`);
    const tenantId = findInsertTenantId(world, caller, target);
    const row = { key: "", tenantId, personId: null, personTenantIds: [] };
    const active = findActiveTenant(caller, findTenantId(world, header));
    const isAllowed =
      caller.role === "gantry_worker"
        ? Boolean(expectation.worker?.insertableColumns) && tenantId !== null
        : caller.role === "authenticated" &&
          isReached(world, expectation.insert ?? nobody, caller, active, row);
    if (isAllowed) {
      expect(cell).toMatchObject({ code: null, hasChanged: true });
      return;
    }
    expect(["42501", caller.role === "gantry_worker" ? "23502" : "42501"]).toContain(cell.code);
    expect(cell.hasChanged).toBe(false);
  });
}

describe.each(Object.entries(objects))("%s", (object, expectation) => {
  describe.each(callerNames)("%s", (name) => {
    describeSelects(object, expectation, name);
    describeUpdates(object, expectation, name);
    describeDeletes(object, expectation, name);
    describeMoves(object, expectation, name);
    describeInserts(object, expectation, name);
  });
});

test("the world has rows of both tenants in every table that belongs to tenants", () => {
  for (const [object, expectation] of Object.entries(objects)) {
    if (expectation.tenant !== "tenant_id") continue;
    const tenantIds = new Set((matrix.rowsOf.get(object) ?? []).map((row) => row.tenantId));
    expect(tenantIds, object).toContain(matrix.world.tenants.acme);
    expect(tenantIds, object).toContain(matrix.world.tenants.beta);
  }
});
