const tokenShape = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/** Whether a text is a JWT in compact form. What else comes as a bearer, such as the gateway's keys, is no person's. */
export function isTokenShaped(text: string): boolean {
  return tokenShape.test(text);
}
