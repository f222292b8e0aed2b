import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guardFolder } from "../process/reaper.ts";
import { removeCluster } from "./place-cluster.ts";
import { type PostgresServer, type StartPostgresOptions, startPostgres } from "./start-postgres.ts";

/**
 * A server of its own in a temporary folder, without fsync. `stop()` also removes the folder; so does the end of this
 * process, however it ends.
 */
export async function startThrowawayServer(
  options: Pick<StartPostgresOptions, "settings"> = {},
): Promise<PostgresServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "gantry-pg-"));
  guardFolder(dataDir);
  try {
    const server = await startPostgres({ dataDir, fsync: false, ...options });
    return {
      ...server,
      async stop() {
        await server.stop({ immediate: true });
        await removeCluster(dataDir);
      },
    };
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

/** Runs `work` with a throw-away server and stops it afterwards, also when the work throws. */
export async function withThrowawayServer<T>(work: (server: PostgresServer) => Promise<T>): Promise<T> {
  const server = await startThrowawayServer();
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}
