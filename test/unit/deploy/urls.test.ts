import { expect, test } from "vitest";
import { toClientConfig, withTls } from "../../../scripts/deploy/connect-owner.ts";
import { toEdgeUrl } from "../../../scripts/deploy/edge-url.ts";
import { parseFunctionsUrl, toProjectUrl } from "../../../scripts/deploy/read-options.ts";

const pooler = "aws-0-eu-central-1.pooler.supabase.com";

test.each([
  // The pooler's user carries the project; functions use the port that pools by transaction.
  [
    `postgresql://postgres.abcd:owner@${pooler}:5432/postgres`,
    `postgresql://gantry_edge.abcd:new@${pooler}:6543/postgres?sslmode=no-verify`,
  ],
  [
    "postgresql://postgres:owner@db.abcd.supabase.co:5432/postgres?sslmode=require",
    "postgresql://gantry_edge:new@db.abcd.supabase.co:5432/postgres?sslmode=no-verify",
  ],
  [
    "postgresql://postgres:owner@db.abcd.supabase.co:5432/postgres?sslmode=verify-full&sslrootcert=ca.crt",
    "postgresql://gantry_edge:new@db.abcd.supabase.co:5432/postgres?sslmode=verify-full&sslrootcert=ca.crt",
  ],
  [
    "postgresql://postgres:owner@127.0.0.1:54322/postgres?sslmode=disable",
    "postgresql://gantry_edge:new@127.0.0.1:54322/postgres",
  ],
])("the functions' URL for %s", (owner, edge) => {
  expect(toEdgeUrl(owner, "new")).toBe(edge);
});

test.each([
  ["postgresql://u:p@db.example.com/d", "no-verify"],
  ["postgresql://u:p@db.example.com/d?sslmode=prefer", "no-verify"],
  ["postgresql://u:p@db.example.com/d?sslmode=require", "no-verify"],
  ["postgresql://u:p@db.example.com/d?sslmode=verify-full", "verify-full"],
  ["postgresql://u:p@db.example.com/d?sslmode=disable", "disable"],
  ["postgresql://u:p@127.0.0.1/d", null],
  ["postgresql://u:p@localhost/d?sslmode=disable", "disable"],
])("nothing is sent in the clear to another machine unless asked for: %s", (url, mode) => {
  expect(new URL(withTls(url)).searchParams.get("sslmode")).toBe(mode);
});

test.each(["", "nonsense", "https://example.com", "file:///etc/passwd"])("%j is no database", (text) => {
  expect(() => toClientConfig(text)).toThrow("the database URL is not a postgresql:// URL");
});

test("the address of the functions", () => {
  expect(parseFunctionsUrl("https://abcd.supabase.co/functions/v1/")).toBe(
    "https://abcd.supabase.co/functions/v1",
  );
  expect(toProjectUrl("https://abcd.supabase.co/functions/v1")).toBe("https://abcd.supabase.co");
  for (const text of ["abcd", "ftp://a/functions/v1", "https://a.co", "https://a.co/functions/v1?x=1"]) {
    expect(() => parseFunctionsUrl(text)).toThrow(/--functions-url/);
  }
});
