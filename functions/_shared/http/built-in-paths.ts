import { type Answer, toJsonAnswer } from "./answer.ts";

export type LoadDocument = () => Promise<unknown>;

/**
 * The paths that every function has, both public: `/<name>/health`, which says that the function runs (not that its
 * database does), and `/<name>/openapi.json`, the document generated at build time, loaded when somebody asks.
 */
export function createBuiltInPaths(
  name: string,
  loadOpenApi: LoadDocument | undefined,
): ReadonlyMap<string, () => Promise<Answer>> {
  const paths = new Map<string, () => Promise<Answer>>();
  paths.set(`/${name}/health`, async () => toJsonAnswer(200, { status: "ok" }));
  let json: string | null = null;
  if (loadOpenApi !== undefined) {
    paths.set(`/${name}/openapi.json`, async () => {
      json ??= JSON.stringify(await loadOpenApi());
      const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-cache" };
      return { status: 200, body: json, headers };
    });
  }
  return paths;
}
