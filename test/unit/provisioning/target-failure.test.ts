import { expect, test } from "vitest";
import { TargetFailure, toTargetFailure } from "../../../functions/_domains/provisioning/target-failure.ts";
import { PostgresFault } from "../../../functions/_shared/egress/postgres-port.ts";

test.each([
  ["unreachable", null, "TARGET_UNREACHABLE", true],
  ["unreachable", "57P03", "TARGET_UNREACHABLE", true],
  ["timeout", "57014", "TARGET_TIMEOUT", true],
  ["timeout", null, "TARGET_TIMEOUT", true],
  ["refused", "28P01", "TARGET_REFUSED", false],
  ["refused", "28000", "TARGET_REFUSED", false],
  ["refused", "42501", "TARGET_REFUSED", false],
  ["refused", "3D000", "TARGET_REFUSED", false],
  ["refused", "53300", "TARGET_BUSY", true],
  ["refused", "53100", "TARGET_BUSY", true],
  ["refused", "55006", "TARGET_BUSY", true],
  ["refused", "55P03", "TARGET_BUSY", true],
  ["refused", "40P01", "TARGET_BUSY", true],
  ["refused", "XX000", "TARGET_FAULT", true],
] as const)("%s %s is %s", (kind, sqlState, code, isRetryable) => {
  const failure = toTargetFailure(new PostgresFault(kind, sqlState));
  expect(failure).toMatchObject({ code, isRetryable });
  if (sqlState !== null) expect(failure?.message).toContain(sqlState);
});

test("a bug is not dressed up as a fault of the target", () => {
  expect(toTargetFailure(new TypeError("x is undefined"))).toBeNull();
  const failure = new TargetFailure("SAME_CLUSTER");
  expect(toTargetFailure(failure)).toBe(failure);
});
