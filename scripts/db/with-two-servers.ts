import type { PostgresServer } from "../../dev/postgres/start-postgres.ts";
import { startThrowawayServer } from "../../dev/postgres/throwaway.ts";

/**
 * Runs `work` with two throw-away servers. Roles belong to a server, not to a database: on one server the roles that one
 * way of building makes would hide that the other way forgot them.
 */
export async function withTwoServers<T>(
  work: (first: PostgresServer, second: PostgresServer) => Promise<T>,
): Promise<T> {
  const started = await Promise.allSettled([startThrowawayServer(), startThrowawayServer()]);
  const servers = started.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  try {
    const [first, second] = servers;
    if (first === undefined || second === undefined) {
      throw started.find((outcome) => outcome.status === "rejected")?.reason;
    }
    return await work(first, second);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
