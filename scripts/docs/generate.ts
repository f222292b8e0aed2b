/**
 * Writes functions/<fn>/openapi.json of each function. With --check nothing is written, and the exit code is 1 when a
 * file is not what would be written.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RouteEntry } from "../../functions/_shared/http/route-table.ts";
import { createOpenApi } from "./create-open-api.ts";

const functionsRoot = fileURLToPath(new URL("../../functions/", import.meta.url));

async function listFunctions(): Promise<string[]> {
  const entries = await readdir(functionsRoot, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .map((entry) => entry.name);
}

async function render(name: string): Promise<string> {
  const { routes } = (await import(join(functionsRoot, name, "routes.ts"))) as {
    routes: readonly RouteEntry[];
  };
  return `${JSON.stringify(await createOpenApi(name, routes), null, 2)}\n`;
}

const isCheck = process.argv.includes("--check");
for (const name of await listFunctions()) {
  const file = join(functionsRoot, name, "openapi.json");
  const wanted = await render(name);
  if (!isCheck) {
    await writeFile(file, wanted);
    console.log(`functions/${name}/openapi.json`);
  } else if ((await readFile(file, "utf8").catch(() => "")) !== wanted) {
    console.error(`functions/${name}/openapi.json is stale; run npm run docs:gen`);
    process.exitCode = 1;
  }
}
