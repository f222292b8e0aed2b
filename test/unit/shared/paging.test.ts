import { describe, expect, it } from "vitest";
import { parseCursor, toPage } from "../../../functions/_shared/paging/cursor.ts";

const shapes = [/^[a-zäöü😀]+$/u, /^\d+$/];
const page = (rows: [string, string][], limit: number) =>
  toPage(
    rows,
    limit,
    (row) => row,
    (row) => row[1],
  );

describe("cursor", () => {
  it("a page's cursor leads to the row after its last one", () => {
    const { items, nextCursor } = page(
      [
        ["ä😀", "1"],
        ["b", "2"],
        ["c", "3"],
      ],
      2,
    );
    expect(items).toEqual(["1", "2"]);
    expect(parseCursor(nextCursor, shapes)).toEqual({ ok: true, value: ["b", "2"] });
  });

  it("the last page has none", () => {
    expect(page([["a", "1"]], 1).nextCursor).toBeNull();
    expect(page([], 1)).toEqual({ items: [], nextCursor: null });
  });

  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  for (const made of [
    "",
    "!",
    encode([]),
    encode(["a"]),
    encode(["a", 1]),
    encode(["a", "x"]),
    encode({}),
    encode(null),
  ]) {
    it(`made up: "${made}"`, () => expect(parseCursor(made, shapes)).toMatchObject({ ok: false }));
  }
});
