import { describe, expect, it } from "vitest";
import { findBadBodyText, findBadText } from "../../../functions/_shared/http/find-bad-text.ts";

const pathsOf = (json: string): string[] =>
  findBadBodyText(json, JSON.parse(json)).map((error) => error.path);

describe("texts that cannot be stored", () => {
  const bad: Record<string, string> = {
    '"a\\u0000"': "body",
    '{"a":{"b":["x","\\ud800"]}}': "body.a.b.1",
    '{"a":"\\udc00\\ud800"}': "body.a",
    '{"a\\u0000":1}': "body",
    '{"a":{"\\uD83D":1}}': "body.a",
  };
  for (const [json, path] of Object.entries(bad)) {
    it(`${json}: found at ${path}`, () => expect(pathsOf(json)).toEqual([path]));
  }

  it("a whole pair, and an escaped backslash before what looks like an escape, are fine", () => {
    expect(pathsOf('{"a":"\\ud83d\\ude00","b":"\\\\u0000"}')).toEqual([]);
  });

  it("flat values, and their names", () => {
    expect(
      findBadText("query", { a: "\u0000", b: "fine", "\u0000": "x" }).map((error) => error.path),
    ).toEqual(["query.a", "query.?"]);
  });
});
