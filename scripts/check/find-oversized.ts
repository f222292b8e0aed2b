import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "./finding.ts";
import { listFiles } from "./list-files.ts";

interface SizeLimit {
  readonly name: string;
  readonly applies: (file: string) => boolean;
  readonly warnAfter: number;
  readonly failAfter: number;
}

const isGenerated = (file: string) =>
  file.endsWith(".generated.ts") ||
  file.endsWith("/database.types.ts") ||
  file.startsWith("supabase/migrations/");

/** The first limit that applies counts. */
const limits: readonly SizeLimit[] = [
  {
    name: "a function's entry only wires",
    applies: (file) => /^functions\/[^_/][^/]*\/index\.ts$/.test(file),
    warnAfter: 30,
    failAfter: 30,
  },
  {
    name: "a TypeScript file",
    applies: (file) => /\.(ts|mts|mjs)$/.test(file),
    warnAfter: 300,
    failAfter: 500,
  },
  { name: "a SQL file", applies: (file) => file.endsWith(".sql"), warnAfter: 150, failAfter: 150 },
];

function countLines(text: string): number {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.length - 1 : lines.length;
}

/** Files that have grown too long to be read in one go. */
export async function findOversized(root: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of await listFiles(root)) {
    const limit = limits.find((candidate) => candidate.applies(file));
    if (limit === undefined || isGenerated(file)) continue;
    const count = countLines(await readFile(join(root, file), "utf8"));
    if (count <= limit.warnAfter) continue;
    const level = count > limit.failAfter ? "fault" : "warning";
    const most = level === "fault" ? limit.failAfter : limit.warnAfter;
    findings.push({ level, code: null, file, message: `${count} lines; ${limit.name}, at most ${most}` });
  }
  return findings;
}
