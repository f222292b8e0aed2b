import { expect, it, test } from "vitest";
import { checkHeaders, type HeaderList } from "../../../functions/_shared/egress/check-headers.ts";

const value = (text: string): HeaderList => [["x-a", text]];
const name = (text: string): HeaderList => [[text, "v"]];
const range = (length: number): HeaderList => Array.from({ length }, (_, at) => [`x-${at}`, "v"] as const);

/** Reference D3.3: 40 ways to say more than one header. */
const refused: readonly (readonly [string, HeaderList])[] = [
  ["CR LF in a value", value("a\r\nx-b: c")],
  ["CR in a value", value("a\rb")],
  ["LF in a value", value("a\nb")],
  ["CR LF at the end", value("a\r\n")],
  ["CR LF CR LF and a second request", value("a\r\n\r\nGET / HTTP/1.1")],
  ["folding with a space", value("a\r\n b")],
  ["folding with a tab", value("a\r\n\tb")],
  ["NUL in a value", value("a\0b")],
  ["BEL in a value", value("a\u0007")],
  ["DEL in a value", value("a\u007f")],
  ["0x80 in a value", value("a\u0080")],
  ["0x85, a new line to some", value("a\u0085b")],
  ["0xff in a value", value("a\u00ff")],
  ["a letter above Latin-1, whose low byte is LF", value("a\u010ab")],
  ["a letter above Latin-1, whose low byte is CR", value("a\u010db")],
  ["U+2028", value("a\u2028b")],
  ["a lone surrogate", value("a\ud800")],
  ["64 KB of a value", value("a".repeat(65_536))],
  ["8 KB and one of a value", value("a".repeat(8_193))],
  [
    "three values of 8 KB",
    [...value("a".repeat(8_000)), ...value("a".repeat(8_000)), ...value("a".repeat(8_000))],
  ],
  ["500 headers", range(500)],
  ["65 headers", range(65)],
  ["an empty name", name("")],
  ["a space before the colon", name("x-a ")],
  ["a colon in a name", name("x-a:b")],
  ["CR LF in a name", name("x-a\r\nx-b")],
  ["NUL in a name", name("x\0a")],
  ["an umlaut in a name", name("x-ä")],
  ["a name of 129 letters", name("x".repeat(129))],
  ["__proto__", name("__proto__")],
  ["constructor", name("Constructor")],
  ["Host", name("Host")],
  ["Content-Length", name("Content-Length")],
  ["Transfer-Encoding", name("transfer-encoding")],
  ["Connection", name("Connection")],
  ["Upgrade", name("UPGRADE")],
  ["TE", name("TE")],
  ["Expect", name("Expect")],
  ["Proxy-Authorization", name("Proxy-Authorization")],
  ["Keep-Alive", name("Keep-Alive")],
];

test("there are 40", () => expect(refused).toHaveLength(40));

test.each(refused)("%s: HEADER_INVALID, and what was sent is not repeated", (_, headers) => {
  const result = checkHeaders(headers);
  expect(result.ok ? null : result.error.code).toBe("HEADER_INVALID");
  expect(JSON.stringify(result).length).toBeLessThan(150);
});

it("takes ordinary headers, in lower case and in order, two of one name too", () => {
  const headers: HeaderList = [
    ["Authorization", "Bearer a.b-c_d~e+f/g=="],
    ["Cookie", 'a=b; c="d"'],
    ["X-Empty", ""],
    ["X-Tab", "a\tb"],
    ["x-a", "1"],
    ["X-A", "2"],
  ];
  expect(checkHeaders(headers)).toEqual({
    ok: true,
    value: headers.map(([key, text]) => [key.toLowerCase(), text]),
  });
});
