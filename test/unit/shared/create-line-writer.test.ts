import { describe, expect, it } from "vitest";
import { createLineWriter } from "../../../functions/_shared/log/create-line-writer.ts";

const wait = () => new Promise((resolve) => setTimeout(resolve, 40));

describe("writing log lines", () => {
  it("lines are printed together, in their order, and each once", async () => {
    const printed: string[] = [];
    const writer = createLineWriter((text) => printed.push(text));
    for (const line of ["a", "b", "c"]) writer.writeSoon(line);
    expect(printed).toEqual([]);
    await wait();
    expect(printed).toEqual(["a\nb\nc"]);
    writer.writeSoon("d");
    await wait();
    expect(printed).toEqual(["a\nb\nc", "d"]);
  });

  it("a line that must not be lost is printed at once, after those before it", async () => {
    const printed: string[] = [];
    const writer = createLineWriter((text) => printed.push(text));
    writer.writeSoon("before");
    writer.writeNow("fault");
    expect(printed).toEqual(["before\nfault"]);
    writer.writeSoon("after");
    await wait();
    expect(printed).toEqual(["before\nfault", "after"]);
  });
});
