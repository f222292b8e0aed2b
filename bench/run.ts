import { writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import type { BenchResult } from "./result.ts";

/** One module for each figure; `npm run bench -- rls` runs those whose name is given. */
const suites: Record<string, () => Promise<{ run(): Promise<BenchResult[]> }>> = {
  rls: () => import("./rls.ts"),
  provisioning: () => import("./provisioning.ts"),
  stack: () => import("./stack.ts"),
  egress: () => import("./egress.ts"),
};

function toNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function toRow(result: BenchResult): string {
  const peer = result.peer === undefined ? "" : toNumber(result.peer);
  const ratio = `${result.ratio.toFixed(2)} [${result.ratioMin.toFixed(2)}, ${result.ratioMax.toFixed(2)}]`;
  return `| ${result.name} | ${toNumber(result.ours)} | ${toNumber(result.floor)} | ${peer} | ${result.unit} | ${ratio} | ${result.goal} | ${result.isWithinGoal ? "yes" : "no"} |`;
}

function toReport(sections: ReadonlyMap<string, readonly BenchResult[]>): string {
  const cpu = cpus();
  const lines = [
    "# Measured figures",
    "",
    `Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpu.length} x ${cpu[0]?.model ?? "unknown CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}.`,
    "",
    "Ours, floor and peer ran interleaved in the same process; the ratio is the median of the rounds' own ratios ours / floor, with the",
    "lowest and highest round in brackets. Absolute figures depend on the machine, ratios much less. No test depends on them.",
  ];
  for (const [name, results] of sections) {
    lines.push(
      "",
      `## ${name}`,
      "",
      "| figure | ours | floor | peer | unit | ratio | goal | met |",
      "| --- | ---: | ---: | ---: | --- | --- | --- | --- |",
    );
    lines.push(...results.map(toRow));
  }
  return `${lines.join("\n")}\n`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(`No such bench: ${unknown.join(", ")}. There are: ${Object.keys(suites).join(", ")}.`);
  process.exit(1);
}

const sections = new Map<string, readonly BenchResult[]>();
for (const [name, load] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`bench ${name} ...`);
  const results = await (await load()).run();
  sections.set(name, results);
  for (const result of results) console.log(toRow(result));
}
if (wanted.length === 0) await writeFile(new URL("./RESULTS.md", import.meta.url), toReport(sections));
