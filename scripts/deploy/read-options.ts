import { parseArgs } from "node:util";
import { StackError } from "../../dev/process/stack-error.ts";

/** Arguments that name no value of their own are refused; `--help` shows the usage and nothing else is done. */
export function readArguments<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
  usage: string,
): Partial<Record<Name, string>> | null {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean" } },
      strict: true,
    });
    if (values.help !== true) return values as Partial<Record<Name, string>>;
  } catch (error) {
    throw new StackError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
  console.log(usage);
  return null;
}

/** --db-url, or DATABASE_URL: arguments can be seen by every user of the machine. */
export function readDatabaseUrl(argument: string | undefined, usage: string): string {
  const url = argument ?? process.env.DATABASE_URL;
  if (!url) throw new StackError(`DATABASE_URL or --db-url must name the database\n\n${usage}`);
  return url;
}

/** `https://<ref>.supabase.co/functions/v1`, without a slash at its end. */
export function parseFunctionsUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new StackError("--functions-url is not an http(s) URL");
  if (!url.pathname.replace(/\/$/, "").endsWith("/functions/v1") || url.search !== "" || url.hash !== "") {
    throw new StackError("--functions-url must end in /functions/v1");
  }
  return url.href.replace(/\/$/, "");
}

/** The project's own address: everything in front of /functions/v1. */
export function toProjectUrl(functionsUrl: string): string {
  return functionsUrl.replace(/\/functions\/v1$/, "");
}
