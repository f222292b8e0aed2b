/**
 * A text that Postgres takes for certain: no U+0000, no half surrogate pairs, and short. The failure path of a job must
 * not fail on what the failure says.
 */
export function toStorableText(text: unknown, maxLength: number): string {
  if (typeof text !== "string") return "";
  return text.slice(0, maxLength).replaceAll("\u0000", "").toWellFormed();
}

/** A code as clients see it; what does not look like one becomes HANDLER_FAULT. */
export function toStorableCode(code: unknown): string {
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{0,62}$/.test(code) ? code : "HANDLER_FAULT";
}
