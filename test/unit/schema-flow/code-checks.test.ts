import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findImportFaults } from "../../../scripts/check/find-import-faults.ts";
import { findOversized } from "../../../scripts/check/find-oversized.ts";
import { findPinFaults } from "../../../scripts/check/find-pin-faults.ts";
import { toLine } from "../../../scripts/check/finding.ts";
import { type Checkout, createCheckout } from "./checkout.ts";

let checkout: Checkout;

beforeEach(async () => {
  checkout = await createCheckout();
});

afterEach(() => checkout.remove());

describe("sizes", () => {
  test.each([
    ["functions/tenants/index.ts", 30, []],
    [
      "functions/tenants/index.ts",
      31,
      ["fault functions/tenants/index.ts: 31 lines; a function's entry only wires, at most 30"],
    ],
    ["functions/_shared/http/index.ts", 31, []],
    ["dev/a.ts", 300, []],
    ["dev/a.ts", 301, ["warning dev/a.ts: 301 lines; a TypeScript file, at most 300"]],
    ["dev/a.ts", 501, ["fault dev/a.ts: 501 lines; a TypeScript file, at most 500"]],
    ["sql/a.sql", 150, []],
    ["sql/a.sql", 151, ["fault sql/a.sql: 151 lines; a SQL file, at most 150"]],
    ["supabase/migrations/1_a.sql", 5000, []],
    ["functions/_shared/db/database.types.ts", 5000, []],
    ["node_modules/a/a.ts", 5000, []],
  ])("%s with %i lines", async (file, count, expected) => {
    await checkout.write(file, "x\n".repeat(count));
    expect((await findOversized(checkout.root)).map(toLine)).toEqual(expected);
  });
});

describe("imports", () => {
  test.each([
    ["functions/tenants/index.ts", "./routes.ts", null],
    ["functions/tenants/index.ts", "../_shared/http/app.ts", null],
    ["functions/tenants/index.ts", "../_domains/tenancy/a.ts", null],
    ["functions/tenants/index.ts", "../scheduler/handlers.ts", "no function imports another"],
    [
      "functions/tenants/index.ts",
      "../../dev/a.ts",
      "dev/a.ts is outside of functions/ and would not be deployed",
    ],
    ["functions/_domains/a/b.ts", "../../_shared/db/port.ts", null],
    ["functions/_domains/a/b.ts", "../c/d.ts", null],
    ["functions/_domains/a/b.ts", "../../tenants/routes.ts", "_domains never imports a function"],
    ["functions/_shared/a/b.ts", "../../_domains/a/b.ts", "_shared imports neither _domains nor a function"],
    [
      "functions/_shared/a/b.ts",
      "../../tenants/routes.ts",
      "_shared imports neither _domains nor a function",
    ],
    ["functions/_shared/db/a.ts", "pg", null],
    ["functions/_domains/a/b.ts", "pg", "pg is for functions/_shared/db/ and functions/_shared/egress/ only"],
    ["functions/_shared/http/a.ts", "node:child_process", "node:child_process is for nobody"],
  ])("%s importing %s", async (file, specifier, message) => {
    const expected = message === null ? [] : [message];
    for (const text of [`import { a } from "${specifier}";`, `const a = await import("${specifier}");`]) {
      await checkout.write(file, text);
      expect((await findImportFaults(checkout.root)).map((finding) => finding.message)).toEqual(expected);
    }
  });
});

test("a pin of Deno that is not package.json's version is named", async () => {
  await checkout.write("package.json", JSON.stringify({ dependencies: { zod: "4.6.7", jose: "6.2.18" } }));
  await checkout.write("deno.json", JSON.stringify({ imports: { zod: "npm:zod@4.6.7" } }));
  await checkout.write(
    "functions/tenants/deno.json",
    JSON.stringify({ imports: { zod: "npm:zod@4.6.6", hono: "npm:hono@4.0.0", "#shared/": "../_shared/" } }),
  );
  expect((await findPinFaults(checkout.root)).map(toLine)).toEqual([
    "fault functions/tenants/deno.json: npm:zod@4.6.6 should be npm:zod@4.6.7",
    "fault functions/tenants/deno.json: npm:hono@4.0.0 should be npm:hono@?",
  ]);
});
