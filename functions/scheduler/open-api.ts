// A module of its own: `functions deploy` follows static imports and plain `import("...")`, but leaves out of the upload
// what a dynamic import with attributes names.
import document from "./openapi.json" with { type: "json" };

/** The function's generated OpenAPI document. */
export const openApi: unknown = document;
