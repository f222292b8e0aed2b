import { fail, ok, type Result } from "../errors/result.ts";

export type HeaderList = readonly (readonly [name: string, value: string])[];

const maxHeaders = 64;
const maxValueLength = 8_192;
const maxTotalLength = 16_384;
const nameShape = /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
/** Neither control characters nor bytes above ASCII: readers differ on what those mean. */
const valueShape = /^[\t\x20-\x7e]*$/;

/** About the connection or the framing, which are ours to say; and names that are more than keys to JavaScript. */
const closedNames: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te"],
  ...["trailer", "transfer-encoding", "upgrade", "http2-settings", "host", "content-length", "expect"],
  ...["accept-encoding", "__proto__", "constructor", "prototype"],
]);

/**
 * Header names in lower case with their values, or HEADER_INVALID when one could be read in two ways, speaks about the
 * connection, or when there are too many. Never names the header: its name came from outside.
 */
export function checkHeaders(headers: HeaderList): Result<HeaderList> {
  const refuse = (detail: string): Result<never> => fail("HEADER_INVALID", { detail });
  if (headers.length > maxHeaders) return refuse("There are too many headers.");
  let total = 0;
  const checked: [string, string][] = [];
  for (const [rawName, value] of headers) {
    const name = rawName.toLowerCase();
    total += name.length + value.length;
    if (!nameShape.test(name)) return refuse("A header's name is malformed.");
    if (closedNames.has(name)) return refuse("A header of this name is not taken.");
    if (!valueShape.test(value)) return refuse("A header's value holds characters that are not taken.");
    if (value.length > maxValueLength || total > maxTotalLength) return refuse("The headers are too long.");
    checked.push([name, value]);
  }
  return ok(checked);
}
