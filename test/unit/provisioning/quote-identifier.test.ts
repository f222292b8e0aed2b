import { expect, test } from "vitest";
import { quoteIdentifier } from "../../../functions/_domains/provisioning/postgres/quote-identifier.ts";

test.each([
  ["select", '"select"'],
  ['a"; drop database postgres; --', '"a""; drop database postgres; --"'],
  ['""', '""""""'],
  ["Straße", '"Straße"'],
  ["🦄", '"🦄"'],
  ["x".repeat(63), `"${"x".repeat(63)}"`],
])("%s is quoted as one name", (name, quoted) => {
  expect(quoteIdentifier(name)).toBe(quoted);
});

test.each([
  ["", "empty"],
  ["x".repeat(64), "64 bytes"],
  ["ß".repeat(32), "64 bytes in 32 characters"],
  ["a\0b", "U+0000"],
])("%j is refused (%s): Postgres would cut or misread it", (name) => {
  expect(() => quoteIdentifier(name)).toThrow("not a Postgres identifier");
});
