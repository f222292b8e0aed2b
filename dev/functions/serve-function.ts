/**
 * Runs under Deno, one process per function: imports the entry named on the command line and serves its default export
 * on a free port, as the hosted runtime does. Speaks to the stack by marked lines on stdout.
 */

declare const Deno: {
  readonly args: readonly string[];
  serve(
    options: { port: number; hostname: string; onListen: (address: { port: number }) => void },
    handler: (request: Request) => Response | Promise<Response>,
  ): unknown;
  stdout: { writeSync(bytes: Uint8Array): number };
};

/** Unprintable, so that a line a function logs is not taken for one of ours. */
const marker = "\u0001gantry ";
const encoder = new TextEncoder();
let nextBackgroundId = 1;

function report(message: Record<string, unknown>): void {
  Deno.stdout.writeSync(encoder.encode(`${marker}${JSON.stringify(message)}\n`));
}

/** The hosted runtime's global. The stack counts what runs after the response against the same limits. */
const edgeRuntime = {
  waitUntil(work: Promise<unknown>): Promise<unknown> {
    const id = nextBackgroundId++;
    report({ type: "background-start", id });
    const end = (): void => report({ type: "background-end", id });
    work.then(end, (error: unknown) => {
      end();
      console.error("background work failed:", error);
    });
    return work;
  },
};
Object.defineProperty(globalThis, "EdgeRuntime", { value: edgeRuntime });

const entry = Deno.args[0] ?? "";
const loaded = (await import(entry)) as { default?: { fetch?: (request: Request) => Promise<Response> } };
const handler = loaded.default?.fetch;
if (typeof handler !== "function") throw new Error(`${entry} has no default export with a fetch function`);

Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: ({ port }) => report({ type: "ready", port }) },
  (request) => handler(request),
);
