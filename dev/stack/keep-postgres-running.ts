import { setTimeout as sleep } from "node:timers/promises";
import { type PostgresServer, type StartPostgresOptions, startPostgres } from "../postgres/start-postgres.ts";

export interface KeptServer {
  /** The server that runs now; another object after a crash, on the same port with the same passwords. */
  current(): PostgresServer;
  stop(): Promise<void>;
}

const restartDelayMs = 1_000;

/** Starts a server and starts it again, on the same port, whenever it ends without being asked to. */
export async function keepPostgresRunning(
  options: StartPostgresOptions,
  onNotice: (line: string) => void,
): Promise<KeptServer> {
  let server = await startPostgres(options);
  let isStopped = false;
  let restart: Promise<void> = Promise.resolve();

  const bringBack = async (reason: string): Promise<void> => {
    onNotice(`Postgres on port ${server.port} ended (${reason}); starting it again`);
    while (!isStopped) {
      try {
        // The owner file names this process, and it is this process that starts it again.
        await server.stop({ immediate: true });
        server = await startPostgres({ ...options, port: server.port });
        watch();
        onNotice(`Postgres on port ${server.port} is back`);
        return;
      } catch (error) {
        onNotice(`Postgres on port ${server.port} does not start: ${String(error)}`);
        await sleep(restartDelayMs);
      }
    }
  };
  const watch = (): void =>
    server.onCrash((reason) => {
      if (!isStopped) restart = bringBack(reason);
    });
  watch();
  return {
    current: () => server,
    async stop() {
      isStopped = true;
      await restart;
      await server.stop();
    },
  };
}
