import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readResponse } from "../../../functions/_shared/egress/read-response.ts";
import { sendRequest } from "../../../functions/_shared/egress/send-request.ts";
import { call, expectNoneOpen, parts, target } from "../../fixtures/egress/call-target.ts";
import { startRawTarget, startTarget } from "../../fixtures/egress/start-target.ts";
import { openPorts } from "../../fixtures/egress/test-parts.ts";

describe("D4.3 a caller that leaves", () => {
  const dripping = () =>
    startTarget(async (_, response) => {
      while (!response.destroyed) {
        response.write("a");
        await sleep(10);
      }
    });
  it("before the headers: TIMEOUT, and the server sees it go within a second", async () => {
    const server = await target(startRawTarget(() => undefined));
    const leaving = new AbortController();
    const calling = call(server, {}, { signal: leaving.signal });
    await expect.poll(() => server.openCount()).toBe(1);
    leaving.abort();
    expect((await calling).outcome).toBe("TIMEOUT");
    await expectNoneOpen(server);
  });
  it("in the middle of a TLS handshake", async () => {
    const server = await target(startRawTarget(() => undefined));
    const leaving = new AbortController();
    const calling = call(server, {}, { url: `https://x.test:${server.port}/`, signal: leaving.signal });
    await expect.poll(() => server.openCount()).toBe(1);
    leaving.abort();
    expect((await calling).outcome).toBe("TIMEOUT");
    await expectNoneOpen(server);
  });
  it("while the body comes, by its signal or by cancelling the body", async () => {
    const server = await target(dripping());
    const leaving = new AbortController();
    const policy = { ...openPorts(server), allowHttp: true };
    const request = { url: `http://x.test:${server.port}/`, signal: leaving.signal };
    const [one, two] = await Promise.all([
      sendRequest(policy, request, parts),
      sendRequest(policy, request, parts),
    ]);
    if (!one.ok || !two.ok) throw new Error("not answered");
    await two.value.body?.cancel();
    await expect.poll(() => server.openCount()).toBe(1);
    const reading = readResponse(one.value);
    leaving.abort();
    expect(await reading).toHaveProperty("error.code", "TIMEOUT");
    await expectNoneOpen(server);
  });
  it("was gone before it began: nothing connects", async () => {
    const server = await target(dripping());
    expect((await call(server, {}, { signal: AbortSignal.abort() })).outcome).toBe("TIMEOUT");
    expect(server.connectionCount()).toBe(0);
  });
  it("1,000 calls, 50 at a time, left at random moments: 0 connections are open afterwards", async () => {
    const server = await target(dripping());
    const one = async (at: number): Promise<string | number> => {
      const leaving = new AbortController();
      const timer = setTimeout(() => leaving.abort(), (at * 7) % 40);
      const { outcome } = await call(server, {}, { signal: leaving.signal });
      clearTimeout(timer);
      return outcome;
    };
    const outcomes: (string | number)[] = [];
    for (let at = 0; at < 1_000; at += 50) {
      outcomes.push(...(await Promise.all(Array.from({ length: 50 }, (_, next) => one(at + next)))));
    }
    expect(new Set(outcomes)).toEqual(new Set(["TIMEOUT"]));
    expect(server.connectionCount()).toBeGreaterThan(300);
    await expectNoneOpen(server);
  });
});
