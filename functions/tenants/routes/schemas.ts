import { z } from "zod";
import { defaultLimit, maxLimit, type PageRequest } from "../../_shared/paging/cursor.ts";

/** Any 128-bit id in the usual form; which versions exist is the database's business. */
export const id = z.guid();
export const timestamp = z.iso.datetime();

/** Printable: the same characters as the database's checks allow. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses.
const printable = /^[^\u0000-\u001f\u007f]*$/;

/** A line of text for people, 1 to `maxLength` characters. */
export const line = (maxLength: number): z.ZodString =>
  z.string().min(1).max(maxLength).regex(printable, "Holds control characters");

export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(maxLimit).default(defaultLimit),
  cursor: z.string().min(1).max(500).optional().meta({ description: "The nextCursor of the page before." }),
});

export const toPageRequest = (query: z.output<typeof pageQuery>): PageRequest => ({
  limit: query.limit,
  cursor: query.cursor ?? null,
});

/** `{items, nextCursor}`. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
