import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, test } from "vitest";
import { Secret } from "../../../functions/_shared/crypto/secret.ts";
import type { EgressParts } from "../../../functions/_shared/egress/egress-policy.ts";
import { openPostgres } from "../../../functions/_shared/egress/open-postgres.ts";
import { type PostgresPolicy, pinPostgres } from "../../../functions/_shared/egress/pin-postgres.ts";
import { PostgresFault } from "../../../functions/_shared/egress/postgres-port.ts";
import { type Certificate, createCertificate } from "../../fixtures/egress/create-certificate.ts";
import { runProcess } from "../../fixtures/egress/run-process.ts";
import { startTlsFront, type TlsFront } from "../../fixtures/egress/start-tls-front.ts";
import { countConnects, createTestParts, publicAddress } from "../../fixtures/egress/test-parts.ts";

let certificate: Certificate;
let front: TlsFront;
let policy: PostgresPolicy;
let parts: EgressParts;
let login: URL;

beforeAll(async () => {
  const { template, urls } = inject("cluster");
  login = new URL(urls.postgres.replace("{database}", template));
  certificate = createCertificate(["db.test", publicAddress]);
  front = await startTlsFront(Number(login.port), certificate);
  parts = createTestParts({ "*": [publicAddress], "inside.test": ["10.0.0.1"] }, [certificate.cert]);
});
afterAll(() => front.close());
beforeEach(() => {
  policy = { ownHosts: ["own.test"], allowedPorts: [front.port, 5432] };
});

const toUrl = (host: string, port = front.port, rest = ""): string =>
  `postgres://${login.username}:${login.password}@${host}:${port}${login.pathname}${rest}`;

/** The name of the database that answered, or what went wrong. */
async function ask(url: string, limits = {}): Promise<string | undefined> {
  const pin = await pinPostgres(policy, new Secret(url), parts);
  if (!pin.ok) return pin.error.errors?.[0]?.code ?? pin.error.code;
  try {
    const session = await openPostgres(pin.value, { connectTimeoutMs: 2_000, ...limits });
    const [row] = await session.query<{ name: string }>("select current_database() as name");
    await session.close();
    return row?.name;
  } catch (error) {
    if (error instanceof PostgresFault) return error.message;
    throw error;
  }
}

describe("a server that a tenant named", () => {
  it.each(["", "?sslmode=require", "?sslmode=verify-full&channel_binding=require&application_name=x"])(
    "is dialled at the judged address, and TLS asks for its name (%j)",
    async (rest) => {
      expect(await ask(toUrl("db.test", front.port, rest))).toBe(login.pathname.slice(1));
      expect(front.serverNames.at(-1)).toBe("db.test");
    },
  );
  it("may be an address, which its certificate must then hold", async () => {
    expect(await ask(toUrl(publicAddress))).toBe(login.pathname.slice(1));
  });
  it("whose certificate is for another name gets no login", async () => {
    const plainBefore = front.plainByteCount();
    expect(await ask(toUrl("other.test"))).toBe("postgres unreachable");
    expect(front.plainByteCount()).toBe(plainBefore);
  });
  it("that offers no encryption gets no login", async () => {
    const bare = await startTlsFront(Number(login.port), null);
    policy = { ownHosts: [], allowedPorts: [bare.port] };
    expect(await ask(toUrl("db.test", bare.port))).toBe("postgres unreachable");
    expect([bare.connectionCount(), bare.plainByteCount()]).toEqual([1, 0]);
    await bare.close();
  });
  it("that says no says it with its SQLSTATE and nothing else", async () => {
    const url = toUrl("db.test").replace(login.password, "wrong");
    expect(await ask(url)).toBe("postgres refused (SQLSTATE 28P01)");
  });
  it("is reached at its second address when the first does not answer", async () => {
    const judge = (): { isAllowed: boolean; reason: "public" } => ({ isAllowed: true, reason: "public" });
    parts = { ...createTestParts({ "*": ["127.0.0.9", publicAddress] }, [certificate.cert]), judge };
    expect(await ask(toUrl("db.test"), { connectTimeoutMs: 500 })).toBe(login.pathname.slice(1));
    parts = createTestParts({ "*": [publicAddress], "inside.test": ["10.0.0.1"] }, [certificate.cert]);
  });
});

const words = "postgres://u:p@";
test.each([
  [() => toUrl("127.0.0.2"), "address"],
  [() => toUrl("inside.test"), "address"],
  [() => toUrl("[::ffff:127.0.0.2]"), "address"],
  [() => toUrl("[::1]"), "address"],
  [() => toUrl("0x7f.2"), "address"],
  [() => toUrl("2130706434"), "address"],
  [() => toUrl("%31%32%37.0.0.2"), "address"],
  [() => toUrl("localhost"), "local-name"],
  [() => toUrl("postgres"), "local-name"],
  [() => toUrl("own.test"), "own-host"],
  [() => toUrl("db.own.test"), "own-host"],
  [() => toUrl("db.test", 22), "port"],
  [() => toUrl("db.test", 443), "port"],
  [() => toUrl("db.test", front.port, "?host=127.0.0.2"), "malformed"],
  [() => toUrl("db.test", front.port, "?hostaddr=127.0.0.2"), "malformed"],
  [() => toUrl("db.test", front.port, "?port=22"), "malformed"],
  [() => toUrl("db.test", front.port, "?sslmode=disable"), "malformed"],
  [() => toUrl("db.test", front.port, "?sslmode=prefer"), "malformed"],
  [() => toUrl("db.test", front.port, "?sslmode=no-verify"), "malformed"],
  [() => toUrl("db.test", front.port, "?sslmode=require&sslmode=disable"), "malformed"],
  [() => toUrl("db.test", front.port, "?sslrootcert=/etc/passwd"), "malformed"],
  [() => toUrl("db.test", front.port, "?options=-c%20x=y"), "malformed"],
  [() => toUrl("db.test", front.port, "#x"), "malformed"],
  [() => `${words}%2Ftmp/db`, "malformed"],
  [() => `${words}/db`, "malformed"],
  [() => `${words}db.test,127.0.0.2/db`, "malformed"],
  [() => `${words}db.test:5432,127.0.0.2:5432/db`, "malformed"],
  [() => `${words}db.test\\@127.0.0.2/db`, "malformed"],
  [() => `postgres://u%00:p@db.test/db`, "malformed"],
  [() => `postgres://u@db.test/db`, "malformed"],
  [() => `${words}db.test/`, "malformed"],
  [() => "https://u:p@db.test/db", "malformed"],
  [() => "host=127.0.0.2 user=u", "malformed"],
  [() => "socket:/tmp?db=x", "malformed"],
  [() => "/tmp", "malformed"],
])("case %#: refused, and nothing connects: %s", async (write, reason) => {
  const connectCount = await countConnects(async () => {
    expect(await ask(write())).toBe(reason);
  });
  expect(connectCount).toBe(0);
});

it("nothing of the password is in the pin's print, nor in a refusal", async () => {
  const pin = await pinPostgres(policy, new Secret(toUrl("db.test")), parts);
  const refused = await pinPostgres(policy, new Secret(toUrl("own.test")), parts);
  expect(pin.ok).toBe(true);
  expect(JSON.stringify([pin, refused])).not.toContain(login.password);
});

it.each(["node", "deno"] as const)("under %s", async (runtime) => {
  const urls = ["db.test", publicAddress, "other.test", "127.0.0.2"].map((host) => toUrl(host));
  const reports = await runProcess(runtime, { urls, ports: [front.port], authority: certificate.cert });
  const outcomes = reports.map(({ outcome }) => outcome);
  expect(outcomes).toEqual([42, 42, "postgres unreachable", "TARGET_REFUSED"]);
});
