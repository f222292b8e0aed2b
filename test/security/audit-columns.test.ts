import { afterAll, beforeAll, expect, test } from "vitest";
import { withClient } from "../fixtures/security/sql-session.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** Tables whose changes the audit trigger writes down, and how each of their columns is treated. */
const auditedColumns = `
  select n.nspname || '.' || c.relname as table_name, a.attname as column_name, ac.treatment
  from pg_catalog.pg_trigger t
  join pg_catalog.pg_class c on c.oid = t.tgrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join private.audit_columns ac
    on ac.table_name = n.nspname || '.' || c.relname and ac.column_name = a.attname
  where t.tgfoid = 'private.audit_change()'::regprocedure`;

test("each column of an audited table is classified: add it to private.audit_columns in a data migration", async () => {
  const { rows } = await withClient(database.ownerUrl, (client) =>
    client.query(
      `select table_name || '.' || column_name as unclassified from (${auditedColumns}) c where treatment is null`,
    ),
  );
  expect(rows).toEqual([]);
});

test("nothing is classified that does not exist or is not audited", async () => {
  const { rows } = await withClient(database.ownerUrl, (client) =>
    client.query(`select table_name, column_name from private.audit_columns
      except select table_name, column_name from (${auditedColumns}) c`),
  );
  expect(rows).toEqual([]);
});

test("no sealed or personal column is written with its value", async () => {
  const { rows } = await withClient(database.ownerUrl, (client) =>
    client.query(`select table_name, column_name from private.audit_columns
      where treatment = 'value' and column_name ~ '(encrypted|wrapped|secret|token|email|full_name|payload)'`),
  );
  expect(rows).toEqual([]);
});
