import { describe, expect, it } from "vitest";
import { DatabaseError } from "../../../functions/_shared/db/database-error.ts";
import { createLogger } from "../../../functions/_shared/log/create-logger.ts";
import { describeError } from "../../../functions/_shared/log/describe-error.ts";
import type { LogFields } from "../../../functions/_shared/log/logger.ts";

const canary = "canary5f2e91";
const at = new Date("2026-01-01T00:00:00Z");

describe("logger", () => {
  const lines: string[] = [];
  const logger = createLogger(
    (line) => lines.push(line),
    () => at,
    { function: "tenants" },
  );

  it("writes one JSON line with its own and the inherited fields", () => {
    logger.with({ requestId: "r" }).info("request", { status: 200 });
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({
      time: "2026-01-01T00:00:00.000Z",
      level: "info",
      event: "request",
      function: "tenants",
      requestId: "r",
      status: 200,
    });
  });

  it("a line break in a value does not make a second line", () => {
    logger.info("request", { route: 'a\n{"level":"error"}' });
    expect(lines.at(-1)?.split("\n")).toHaveLength(1);
  });

  it("fields that are not on the list never get out, whatever the types were talked into", () => {
    const names = [
      ...[
        "authorization",
        "cookie",
        "proxy-authorization",
        "x-vault-token",
        "x-api-key",
        "password",
        "token",
      ],
      ...[
        "connectionString",
        "body",
        "headers",
        "url",
        "query",
        "message",
        "error",
        "cause",
        "Status",
        "__proto__",
      ],
    ];
    const fields = Object.fromEntries(names.map((name) => [name, canary]));
    logger.error("x", fields as LogFields);
    logger.error("x", { userId: { toString: () => canary } } as unknown as LogFields);
    logger.error("x", { stack: [canary] } as unknown as LogFields);
    expect(lines.join("\n")).not.toContain(canary);
  });

  it("a very long value is cut", () => {
    logger.info("x", { route: "a".repeat(100_000) });
    expect(lines.at(-1)?.length).toBeLessThan(5_000);
  });
});

describe("describeError", () => {
  it("tells class and place of an error, never its message", () => {
    const cause = new Error(canary);
    const fields = describeError(new TypeError(canary, { cause }));
    expect(fields.errorName).toBe("TypeError");
    expect(fields.stack).toContain("log.test.ts");
    expect(JSON.stringify(fields)).not.toContain(canary);
  });

  it("tells the SQLSTATE of a database error", () => {
    const error = new DatabaseError({ code: "42703", message: canary, constraint: "a_b" });
    expect(describeError(error)).toMatchObject({ sqlState: "42703", constraint: "a_b" });
  });

  for (const thrown of [null, undefined, canary, 1, { message: canary }]) {
    it(`something thrown that is no error: ${typeof thrown}`, () => {
      expect(JSON.stringify(describeError(thrown))).not.toContain(canary);
    });
  }
});
