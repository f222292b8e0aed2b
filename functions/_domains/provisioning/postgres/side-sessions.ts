import type { Secret } from "../../../_shared/crypto/secret.ts";
import type { OpenPostgres, PostgresSession } from "../../../_shared/egress/postgres-port.ts";

/** Short sessions beside the admin's, in a tenant's database. Connecting is a third of a create, so it overlaps. */
export interface SideSessions {
  /** Begins to connect; the next `use` of the same URL finds the session open. */
  openAhead(url: Secret): void;
  /** Works in a session of its own. Closing it is not waited for. */
  use(url: Secret, work: (session: PostgresSession) => Promise<void>): Promise<void>;
  /** Waits until all are closed, also those that nobody used. Never throws. */
  close(): Promise<void>;
}

export function createSideSessions(openPostgres: OpenPostgres): SideSessions {
  const ahead = new Map<string, Promise<PostgresSession | null>>();
  const closing: Promise<void>[] = [];

  async function take(url: Secret): Promise<PostgresSession> {
    const opened = ahead.get(url.reveal());
    ahead.delete(url.reveal());
    return (await opened) ?? openPostgres(url);
  }

  return {
    openAhead(url) {
      if (ahead.has(url.reveal())) return;
      // Too early is tried once more; what else went wrong is told by the attempt that `use` makes itself.
      const opened = openPostgres(url)
        .catch(() => openPostgres(url))
        .catch(() => null);
      ahead.set(url.reveal(), opened);
    },
    async use(url, work) {
      const session = await take(url);
      try {
        await work(session);
      } finally {
        closing.push(session.close());
      }
    },
    async close() {
      const unused = [...ahead.values()].map(async (opened) => (await opened)?.close());
      await Promise.all([...unused, ...closing]);
    },
  };
}
