import { describe, expect, test } from "vitest";
import { splitStatements, toOneLine } from "../../../scripts/db/split-statements.ts";

describe("splitStatements", () => {
  test.each([
    ["two statements", "select 1; select 2;", ["select 1", "select 2"]],
    ["the last one without a semicolon", "select 1;\nselect 2\n", ["select 1", "select 2"]],
    ["nothing", " \n;; ", []],
    ["comments only", "-- a; b\n/* c; d */", []],
    ["a quoted semicolon", "select ';'; select ';;'", ["select ';'", "select ';;'"]],
    ["a doubled quote", "select 'it''s; so'; select 2", ["select 'it''s; so'", "select 2"]],
    ["an escaped quote", String.raw`select E'a\';b'; select 2`, [String.raw`select E'a\';b'`, "select 2"]],
    [
      "a backslash that escapes nothing",
      String.raw`select 'a\'; select 2`,
      [String.raw`select 'a\'`, "select 2"],
    ],
    ["a quoted name", 'select 1 as "a;b"; select 2', ['select 1 as "a;b"', "select 2"]],
    ["a body", "do $$ begin; end $$; select 2", ["do $$ begin; end $$", "select 2"]],
    ["a tagged body", "do $f$ a; $$ b; $f$; select 2", ["do $f$ a; $$ b; $f$", "select 2"]],
    ["a parameter", "select $1; select $2", ["select $1", "select $2"]],
    ["a name with a dollar", "select a$b$c; select 2", ["select a$b$c", "select 2"]],
    [
      "nested comments",
      "select 1 /* a /* b; */ c; */; select 2",
      ["select 1 /* a /* b; */ c; */", "select 2"],
    ],
    ["a comment before", "-- why; so\nselect 1;", ["-- why; so\nselect 1"]],
  ])("%s", (_, sql, expected) => {
    expect(splitStatements(sql)).toEqual(expected);
  });
});

describe("toOneLine", () => {
  test.each([
    ["create  table\n  a ()", "create table a ()"],
    ["-- why\ncreate /* not\nhere */ table a ()", "create table a ()"],
    ["select '-- no comment'", "select '-- no comment'"],
  ])("%j", (statement, expected) => {
    expect(toOneLine(statement)).toBe(expected);
  });
});
