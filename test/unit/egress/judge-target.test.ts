import { describe, expect, it, test } from "vitest";
import type { EgressPolicy } from "../../../functions/_shared/egress/egress-policy.ts";
import { judgeTarget } from "../../../functions/_shared/egress/judge-target.ts";

const ownHosts = ["abcdefgh.supabase.co", "203.0.113.7", "gantry.example.com"];

/** The reason of the refusal, or where the request would go. */
function judge(url: string, policy: Partial<EgressPolicy> = {}): string {
  const result = judgeTarget(url, { ownHosts, ...policy });
  return result.ok ? result.value.url.href : (result.error.errors?.[0]?.code ?? "no reason");
}

test.each([
  ["https://api.example.org/a?b#c", "https://api.example.org/a?b"],
  ["https://API.Example.ORG.:8443/", "https://api.example.org:8443/"],
  ["https://bücher.example/", "https://xn--bcher-kva.example/"],
  ["https://8.8.8.8/", "https://8.8.8.8/"],
  ["https://[2606:4700:0:0::1111]/", "https://[2606:4700::1111]/"],
])("%s goes to %s", (url, href) => expect(judge(url)).toBe(href));

test.each([
  ["", "malformed"],
  ["//x.example/", "malformed"],
  ["https://", "malformed"],
  ["https:\\\\x.example", "malformed"],
  ["https://x.example/a\\b", "malformed"],
  ["https://x.example/a b", "malformed"],
  ["https://x.example/\r\nx: y", "malformed"],
  ["\thttps://x.example/", "malformed"],
  ["https://1.2.3.256/", "malformed"],
  ["https://[::1%25eth0]/", "malformed"],
  [`https://x.example/${"a".repeat(5_000)}`, "malformed"],
  ["http://x.example/", "scheme"],
  ["ftp://x.example/", "scheme"],
  ["file:///etc/passwd", "scheme"],
  ["data:text/plain,x", "scheme"],
  ["javascript:alert(1)", "scheme"],
  ["wss://x.example/", "scheme"],
  ["https://u@x.example/", "credentials"],
  ["https://u:p@x.example/", "credentials"],
  ["https://x.example:80/", "port"],
  ["https://x.example:8080/", "port"],
  ["https://abcdefgh.supabase.co/", "own-host"],
  ["https://ABCDEFGH.supabase.co./rest/v1/", "own-host"],
  ["https://db.abcdefgh.supabase.co/", "own-host"],
  ["https://203.0.113.7/", "own-host"],
  ["https://0xcb007107/", "own-host"],
  ["https://gantry.example.com:8443/", "own-host"],
  ["https://localhost/", "local-name"],
  ["https://intranet/", "local-name"],
  ["https://x.internal/", "local-name"],
  ["https://printer.local/", "local-name"],
  ["https://1.0.0.127.in-addr.arpa/", "local-name"],
  ["https://x..example/", "local-name"],
])("%j is refused: %s", (url, reason) => expect(judge(url)).toBe(reason));

describe("what a policy opens", () => {
  it("plain HTTP, with port 80", () => {
    expect(judge("http://x.example/", { allowHttp: true })).toBe("http://x.example/");
    expect(judge("http://x.example:8080/", { allowHttp: true })).toBe("port");
  });
  it("other ports, but never those of SSH, mail, Docker, databases and the platform", () => {
    const closed = [22, 25, 2375, 5432, 6379, 54321];
    const allowedPorts = [8080, ...closed];
    expect(judge("https://x.example:8080/", { allowedPorts })).toBe("https://x.example:8080/");
    expect(judge("https://x.example/", { allowedPorts })).toBe("port");
    for (const port of closed) expect(judge(`https://x.example:${port}/`, { allowedPorts })).toBe("port");
  });
  it("only listed hosts, if there is a list", () => {
    const allowedHosts = ["api.example.org", "*.hooks.example.org", "8.8.8.8"];
    const isAllowed = (host: string): boolean =>
      judge(`https://${host}/`, { allowedHosts }).startsWith("https:");
    expect(["api.example.org", "API.example.org.", "a.hooks.example.org", "8.8.8.8"].every(isAllowed)).toBe(
      true,
    );
    const others = [
      "hooks.example.org",
      "xapi.example.org",
      "api.example.org.evil.example",
      "8.8.4.4",
      "x.example",
    ];
    expect(others.filter(isAllowed)).toEqual([]);
  });
  it("no own host, even when it is listed", () => {
    expect(judge("https://gantry.example.com/", { allowedHosts: ["gantry.example.com"] })).toBe("own-host");
  });
  it("nothing while an own host cannot be read", () => {
    expect(judge("https://x.example/", { ownHosts: ["https://gantry.example.com"] })).toBe("own-host");
  });
});
