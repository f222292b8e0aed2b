import type { IncomingMessage, ServerResponse } from "node:http";

const methods = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";
const exposed =
  "Content-Encoding,Content-Location,Content-Range,Content-Type,Date,Location,Server,Preference-Applied";

/** Answers a preflight of the REST and auth APIs as hosted does: any origin, the headers that were asked for. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(204, {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": methods,
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
    "access-control-max-age": "3600",
    vary: "access-control-request-headers",
  });
  response.end();
}

/** Replaces whatever the upstream says about origins. */
export function setCorsHeaders(headers: Record<string, string | string[] | undefined>): void {
  for (const name of Object.keys(headers)) {
    if (name.startsWith("access-control-")) delete headers[name];
  }
  headers["access-control-allow-origin"] = "*";
  headers["access-control-expose-headers"] = exposed;
}
