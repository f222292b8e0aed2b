const addressShape = /^[0-9a-f:.]{2,45}$/i;
/** Some proxies add the port: `203.0.113.9:4711`, `[2001:db8::1]:4711`. */
const withPort = /^(?:\[([0-9a-f:.]+)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5})$/i;

/** Cuts from the end, because the front is the caller's word and may be as long as they like. */
function entryFromEnd(list: string, position: number): string | null {
  let end = list.length;
  for (let at = 1; at < position; at += 1) {
    end = list.lastIndexOf(",", end - 1);
    if (end <= 0) return null;
  }
  return list.slice(list.lastIndexOf(",", end - 1) + 1, end).trim();
}

/**
 * The client's address out of `x-forwarded-for`, where each proxy adds the address it was called from: behind
 * `trustedHops` proxies of ours, the entry at that place from the end. What stands before it is the caller's word.
 * Null without proxies of ours, when there are fewer entries, and when it is no address.
 */
export function readClientAddress(forwardedFor: string | null, trustedHops: number): string | null {
  if (forwardedFor === null || trustedHops < 1) return null;
  const entry = entryFromEnd(forwardedFor, trustedHops);
  if (entry === null) return null;
  const bare = withPort.exec(entry);
  const address = bare?.[1] ?? bare?.[2] ?? entry;
  return addressShape.test(address) ? address : null;
}
