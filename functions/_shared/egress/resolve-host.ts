/** All addresses of a name, IPv4 and IPv6, in plain notation. Rejects when the name has none or nobody answers. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Asks the operating system, which follows CNAME records and is there in every runtime. */
export const resolveHost: Resolve = async (host) => {
  const { lookup } = await import("node:dns/promises");
  const answers = await lookup(host, { all: true });
  return answers.map(({ address }) => address);
};
