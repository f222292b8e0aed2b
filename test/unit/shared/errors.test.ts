import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { errorCodes, isErrorCode } from "../../../functions/_shared/errors/codes.ts";
import { toFailure } from "../../../functions/_shared/errors/from-sqlstate.ts";
import { toProblem } from "../../../functions/_shared/http/problem.ts";

const canary = "canary5f2e91";
const text = { message: `${canary} m`, detail: `Failing row contains (${canary}).` };

describe("SQLSTATE to failure", () => {
  const table: Record<string, string | null> = {
    "22001": "VALIDATION_FAILED",
    "22021": "VALIDATION_FAILED",
    "22P05": "VALIDATION_FAILED",
    "23502": "VALIDATION_FAILED",
    "23503": "CONFLICT",
    "23505": "CONFLICT",
    "23514": "VALIDATION_FAILED",
    "40001": "BUSY",
    "40P01": "BUSY",
    "42501": "FORBIDDEN",
    "53300": "BUSY",
    "55P03": "BUSY",
    "57014": "TIMEOUT",
    "57P01": "DATABASE_UNAVAILABLE",
    "08006": "DATABASE_UNAVAILABLE",
    "42703": null,
    "42P01": null,
    "25006": null,
    P0001: null,
    XX000: null,
    PT409: null,
  };
  for (const [code, wanted] of Object.entries(table)) {
    it(`${code}: ${wanted ?? "a bug"}, and case 19: nothing of the server's text`, () => {
      const failure = toFailure({ code, ...text });
      expect(failure?.code ?? null).toBe(wanted);
      expect(JSON.stringify(failure)).not.toContain(canary);
    });
  }

  it("a broken check is told by the sentence that is its name", () => {
    const failure = toFailure({ code: "23514", ...text, constraint: "display_name_is_short" });
    expect(failure?.detail).toBe("Display name is short.");
  });

  it("a detail of our own that is no JSON is passed on, one of another form is dropped", () => {
    const own = (detail: string) => toFailure({ code: "PT409", message: "DATABASE_STATE_CONFLICT", detail });
    expect(own("The database is error.")?.detail).toBe("The database is error.");
    expect(own('{"a":1}')).toEqual({ code: "DATABASE_STATE_CONFLICT" });
    expect(own("")).toEqual({ code: "DATABASE_STATE_CONFLICT" });
  });
});

describe("registry", () => {
  it("every code that SQL raises is in it, with the status that SQL says", () => {
    const root = new URL("../../../sql/", import.meta.url).pathname;
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".sql"),
    );
    const raised = files.flatMap((file) => [
      ...readFileSync(join(root, file), "utf8").matchAll(/raise_problem\((\d{3}), '([A-Z_]+)'/g),
    ]);
    expect(raised.length).toBeGreaterThan(10);
    for (const [, status, code = ""] of raised) {
      expect(isErrorCode(code), code).toBe(true);
      if (isErrorCode(code)) expect([code, errorCodes[code].status]).toEqual([code, Number(status)]);
    }
  });

  it("names of Object.prototype are no codes", () => {
    for (const name of ["constructor", "__proto__", "toString"]) expect(isErrorCode(name)).toBe(false);
  });
});

describe("problem", () => {
  it("has the members of RFC 9457 and ours", () => {
    const problem = toProblem({ code: "LAST_OWNER", tenants: ["a"] }, "id");
    expect(problem.status).toBe(409);
    expect(JSON.parse(problem.body ?? "")).toEqual({
      type: "urn:gantry:problem:last-owner",
      title: errorCodes.LAST_OWNER.title,
      status: 409,
      code: "LAST_OWNER",
      requestId: "id",
      tenants: ["a"],
    });
  });

  it("a 503 says when to come back", () => {
    expect(toProblem({ code: "BUSY", retryAfterSeconds: 3 }, "id").headers["retry-after"]).toBe("3");
  });
});
