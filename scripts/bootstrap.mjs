// Runs before `npm start`, `npm run dev`, `npm run demo` and `npm test`, on whatever Node >= 20 the machine has and
// without any package: installs what package-lock.json says when that is not what is there.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function readPackages(file) {
  const { packages = {} } = JSON.parse(readFileSync(join(root, file), "utf8"));
  delete packages[""];
  return packages;
}

/** Why an install is needed, or null. */
function findReason() {
  if (!existsSync(join(root, "node_modules/.package-lock.json"))) return "nothing is installed yet";
  const wanted = readPackages("package-lock.json");
  const installed = readPackages("node_modules/.package-lock.json");
  for (const [path, entry] of Object.entries(wanted)) {
    const found = installed[path];
    // npm leaves optional packages of other platforms out.
    if (found === undefined && entry.optional) continue;
    if (found?.version !== entry.version || found?.integrity !== entry.integrity)
      return `${path} is not as locked`;
  }
  const stray = Object.keys(installed).find((path) => !(path in wanted));
  if (stray !== undefined) return `${stray} is not in the lock`;
  const tool = ["node", "deno"].find((name) => !existsSync(join(root, "node_modules/.bin", name)));
  return tool === undefined ? null : `${tool} is missing`;
}

const reason = findReason();
if (reason !== null) {
  console.log(`npm ci (${reason})`);
  const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];
  const npm = process.env.npm_execpath;
  const result = npm?.endsWith(".js")
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: "inherit" })
    : spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (result.status !== 0) {
    console.error(`gantry: npm ci failed${result.error ? `: ${result.error.message}` : ""}`);
    process.exit(1);
  }
}
