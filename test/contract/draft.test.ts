import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withThrowawayServer } from "../../dev/postgres/throwaway.ts";
import { buildFromMigrations } from "../../scripts/db/build-databases.ts";
import { type Draft, draftMigration } from "../../scripts/db/draft-migration.ts";
import { readAccess } from "../../scripts/db/read-access.ts";
import { splitStatements, toOneLine } from "../../scripts/db/split-statements.ts";

const shop = fileURLToPath(new URL("../fixtures/schema/shop/", import.meta.url));
let root: string;
let draft: Draft;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "gantry-shop-"));
  await cp(shop, root, { recursive: true });
  // Older than the last migration: somebody's clock is behind, or the last one was numbered ahead.
  draft = await draftMigration("create_tags", { root, now: new Date("2026-12-01T00:00:00Z") });
});

afterAll(() => rm(root, { recursive: true, force: true }));

describe("a drafted migration", () => {
  test("comes after the last one even when the clock is behind it", () => {
    expect(draft.fileName).toBe("20300101000001_create_tags.sql");
  });

  test.each([
    ["table public.tags", "tags"],
    ["table public.item_names", "item_names"],
    ["function public.count_items()", "count_items"],
  ])("closes %s before its first grant", (object, name) => {
    const statements = splitStatements(draft.sql).map(toOneLine);
    const revoke = `revoke all on ${object} from public, anon, authenticated, service_role`;
    const firstGrant = statements.findIndex((line) => /^grant /.test(line) && line.includes(`"${name}"`));
    expect(statements).toContain(revoke);
    expect(firstGrant).toBeGreaterThan(statements.indexOf(revoke));
  });

  test("takes nothing away from objects that exist already", () => {
    expect(draft.sql).not.toMatch(/revoke all on table "?public"?\."?items"? /);
  });

  test("leaves the body of a function as it was written", () => {
    expect(draft.sql).toContain("select count(*) from public.items; -- a semicolon that ends nothing");
  });

  test("cases 1 and 3: keeps security_invoker and closes to API roles on a project with legacy privileges", async () => {
    await writeFile(join(root, "supabase/migrations", draft.fileName), draft.sql);
    const facts = await withThrowawayServer(async (server) =>
      readAccess(
        await buildFromMigrations(server, "postgres", { root, hasSeed: false, defaultPrivileges: "legacy" }),
      ),
    );
    expect(facts).toContain("relation public.item_names: option security_invoker=true");
    const ours = facts.filter((fact) => /public\.(items|tags|item_names|count_items)\b/.test(fact));
    expect(ours.filter((fact) => / may /.test(fact) && !fact.includes(": postgres may "))).toEqual([
      "function public.count_items(): authenticated may execute",
      "relation public.item_names: authenticated may select",
      "relation public.items: authenticated may select",
      "relation public.tags column id: authenticated may select",
      "relation public.tags column label: authenticated may select",
    ]);
  });

  test("case 2: drawn up again, there is nothing to draft", async () => {
    await expect(draftMigration("again", { root })).rejects.toThrow(/^nothing to draft/);
  });

  test("redrafted, it is the same", async () => {
    const again = await draftMigration("", { root, redraft: draft.fileName });
    expect(again).toEqual(draft);
  });
});
