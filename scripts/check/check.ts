/** npm run check: everything about the code that can be said without a database. Arguments name single steps. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findImportFaults } from "./find-import-faults.ts";
import { findMigrationFaults } from "./find-migration-faults.ts";
import { findOversized } from "./find-oversized.ts";
import { findPinFaults } from "./find-pin-faults.ts";
import { type Finding, toLine } from "./finding.ts";
import { runTool, type ToolOutcome } from "./run-tool.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

async function report(findings: Promise<Finding[]>): Promise<ToolOutcome> {
  const found = await findings;
  return {
    isOk: found.every((finding) => finding.level !== "fault"),
    output: found.map(toLine).join("\n"),
  };
}

async function checkUnderDeno(): Promise<ToolOutcome> {
  const entries = await readdir(join(root, "functions"), { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .map((entry) => `functions/${entry.name}/index.ts`);
  return runTool(root, "deno", ["check", "--cached-only", "--config", "deno.json", ...files]);
}

const steps: Readonly<Record<string, () => Promise<ToolOutcome>>> = {
  lint: () => runTool(root, "biome", ["check", "--diagnostic-level=warn", "."]),
  types: () => runTool(root, "tsc", ["--noEmit"]),
  deno: checkUnderDeno,
  size: () => report(findOversized(root)),
  imports: () => report(findImportFaults(root)),
  pins: () => report(findPinFaults(root)),
  migrations: () => report(findMigrationFaults(root)),
  generated: () => runTool(root, "node", ["scripts/docs/generate.ts", "--check"]),
};

async function runStep(name: string): Promise<boolean> {
  const step = steps[name];
  if (step === undefined) throw new Error(`no step ${name}; there are ${Object.keys(steps).join(", ")}`);
  const begin = performance.now();
  const { isOk, output } = await step();
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${isOk ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (output !== "" && (!isOk || output.startsWith("warning"))) console.log(output);
  return isOk;
}

const wanted = process.argv.slice(2);
const outcomes = await Promise.all((wanted.length > 0 ? wanted : Object.keys(steps)).map(runStep));
process.exitCode = outcomes.every((isOk) => isOk) ? 0 : 1;
