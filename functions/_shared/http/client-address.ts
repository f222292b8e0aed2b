const addressShape = /^[0-9a-f:.]{2,45}$/i;

/**
 * The client's address out of `x-forwarded-for`: the last entry, which our own gateway added. The entries before it
 * are the caller's word.
 */
export function readClientAddress(forwardedFor: string | null): string | null {
  const last = forwardedFor?.slice(forwardedFor.lastIndexOf(",") + 1).trim() ?? "";
  return addressShape.test(last) ? last : null;
}
