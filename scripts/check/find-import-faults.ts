import { readFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import type { Finding } from "./finding.ts";
import { listFiles } from "./list-files.ts";

/** `from "x"`, `import "x"` and `import("x")`. */
const specifiers = /\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g;

/** Ways out of the process; each lives behind one port. */
const guarded: Readonly<Record<string, readonly string[]>> = {
  pg: ["functions/_shared/db/", "functions/_shared/egress/"],
  postgres: [],
  undici: ["functions/_shared/egress/"],
  "node:net": ["functions/_shared/egress/"],
  "node:tls": ["functions/_shared/egress/"],
  "node:dgram": [],
  "node:http": [],
  "node:https": [],
  "node:child_process": [],
};

/** `_shared`, `_domains` or the function that a file under functions/ belongs to. */
const partOf = (file: string) => file.split("/")[1] ?? "";

function findFault(file: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) {
    const homes = guarded[specifier];
    if (homes === undefined || homes.some((home) => file.startsWith(home))) return null;
    return `${specifier} is for ${homes.length > 0 ? `${homes.join(" and ")} only` : "nobody"}`;
  }
  const target = posix.normalize(`${dirname(file)}/${specifier}`);
  if (!target.startsWith("functions/")) return `${target} is outside of functions/ and would not be deployed`;
  const [from, to] = [partOf(file), partOf(target)];
  if (from === to || to === "_shared") return null;
  if (from === "_shared") return "_shared imports neither _domains nor a function";
  if (to === "_domains") return null;
  return from === "_domains" ? "_domains never imports a function" : "no function imports another";
}

/** Imports under functions/ against the one direction: function, then _domains, then _shared. */
export async function findImportFaults(root: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of await listFiles(root)) {
    if (!file.startsWith("functions/") || !file.endsWith(".ts")) continue;
    const text = await readFile(join(root, file), "utf8");
    for (const [, specifier = ""] of text.matchAll(specifiers)) {
      const message = findFault(file, specifier);
      if (message !== null) findings.push({ level: "fault", code: null, file, message });
    }
  }
  return findings;
}
