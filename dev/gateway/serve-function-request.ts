import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { FunctionHost } from "../functions/create-function-host.ts";
import type { RunningFunction } from "../functions/run-function.ts";
import { forward } from "./forward.ts";
import { replyJson } from "./reply.ts";

/** Statuses, codes and words of the hosted runtime. */
const faults = {
  missing: { status: 404, code: "NOT_FOUND", message: "Requested function was not found" },
  broken: { status: 503, code: "BOOT_ERROR", message: "Function failed to start (please check logs)" },
  ended: {
    status: 500,
    code: "WORKER_ERROR",
    message: "Function exited due to an error (please check logs)",
  },
  limit: {
    status: 546,
    code: "WORKER_LIMIT",
    message: "Function failed due to not having enough compute resources (please check logs)",
  },
} as const;

function replyFault(response: ServerResponse, fault: keyof typeof faults): void {
  const { status, code, message } = faults[fault];
  replyJson(response, status, { code, message }, { "access-control-allow-origin": "*" });
}

/** The connection breaks a moment before the process is seen to have ended, and only then is it known why. */
async function replyDeath(response: ServerResponse, running: RunningFunction): Promise<void> {
  await Promise.race([running.worker.ended, sleep(1_000)]);
  replyFault(response, running.limiter.exceeded() === null ? "ended" : "limit");
}

/** Serves `/functions/v1/<name>/...`; the function sees `/<name>/...`. */
export async function serveFunctionRequest(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  host: FunctionHost,
): Promise<void> {
  const path = url.pathname.slice("/functions/v1".length);
  const running = await host.find(path.split("/")[1] ?? "");
  if (running === "missing" || running === "broken") {
    replyFault(response, running);
    return;
  }
  const finish = running.limiter.begin();
  try {
    await forward(request, response, {
      port: running.worker.port,
      path: `${path}${url.search}`,
      agent: running.agent,
      onFault: () => void replyDeath(response, running),
    });
  } finally {
    finish();
  }
}
