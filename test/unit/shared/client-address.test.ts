import { describe, expect, it } from "vitest";
import { readClientAddress } from "../../../functions/_shared/http/client-address.ts";

describe("the client's address", () => {
  it.each<[header: string | null, hops: number, address: string | null]>([
    ["203.0.113.9", 1, "203.0.113.9"],
    ["1.1.1.1, 203.0.113.9", 1, "203.0.113.9"],
    ["1.1.1.1,203.0.113.9", 1, "203.0.113.9"],
    ["1.1.1.1, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"],
    ["1.1.1.1, 2.2.2.2, 203.0.113.9, 10.0.0.3, 10.0.0.2", 3, "203.0.113.9"],
    ["203.0.113.9, 10.0.0.2", 2, "203.0.113.9"],
    ["2001:db8::1", 1, "2001:db8::1"],
    ["1.1.1.1, 203.0.113.9:4711", 1, "203.0.113.9"],
    ["1.1.1.1, [2001:db8::1]:4711", 1, "2001:db8::1"],
    ["[2001:db8::1]", 1, "2001:db8::1"],
    // Fewer entries than proxies: somebody came past one of them.
    ["203.0.113.9", 2, null],
    ["1.1.1.1, 203.0.113.9", 3, null],
    [",203.0.113.9", 2, null],
    ["203.0.113.9", 0, null],
    [null, 1, null],
    ["", 1, null],
    ["1.1.1.1,", 1, null],
    ["1.1.1.1, ,203.0.113.9", 2, null],
    ["1.1.1.1, <script>", 1, null],
    ["1.1.1.1, 2.2.2.2'); drop table users", 1, null],
    ["unknown", 1, null],
    ["_hidden", 1, null],
  ])("%s behind %i", (header, hops, address) => {
    expect(readClientAddress(header, hops)).toBe(address);
  });

  it("whatever the caller puts in front changes nothing", () => {
    for (const forged of ["9.9.9.9", "9.9.9.9, ".repeat(500), ",,,,", "a", "\u00ff"]) {
      expect(readClientAddress(`${forged}, 203.0.113.9, 10.0.0.2`, 2)).toBe("203.0.113.9");
    }
  });
});
