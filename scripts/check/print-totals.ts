/** Prints `N passed, N failed` from vitest's JSON report. A file that could not run counts as one failure. */
import { readFile } from "node:fs/promises";

interface FileReport {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

function count(files: readonly FileReport[]): { passed: number; failed: number } {
  const tests = files.flatMap((file) => file.assertionResults);
  const broken = files.filter(
    (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
  );
  return {
    passed: tests.filter((test) => test.status === "passed").length,
    failed: tests.filter((test) => test.status === "failed").length + broken.length,
  };
}

async function readReport(path: string): Promise<readonly FileReport[] | null> {
  try {
    return (JSON.parse(await readFile(path, "utf8")) as { testResults: FileReport[] }).testResults;
  } catch (error) {
    console.error(`no test report: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

const files = await readReport(process.argv[2] ?? "");
const { passed, failed } = files === null ? { passed: 0, failed: 1 } : count(files);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
