import { afterAll, beforeAll, expect, test } from "vitest";
import { createAuthServer } from "../../../dev/auth/create-auth-server.ts";
import { type ControlPlane, startControlPlane } from "../../fixtures/provisioning/control-plane.ts";

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

test("the name given at sign-up through the local auth server is the person's", async () => {
  const auth = createAuthServer({
    databaseUrl: plane.server.urlFor("supabase_auth_admin", "gantry"),
    jwtSecret: "a-secret-of-at-least-thirty-two-characters",
    siteUrl: "http://127.0.0.1:3000",
  });
  try {
    const answer = await auth.fetch(
      new Request("http://127.0.0.1/auth/v1/signup", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          email: "ada@example.test",
          password: "password-1234",
          data: { full_name: "Ada Lovelace" },
        }),
      }),
    );
    expect(answer.status).toBe(200);
    expect(await plane.query("select full_name from public.users where email = 'ada@example.test'")).toEqual([
      { full_name: "Ada Lovelace" },
    ]);
  } finally {
    await auth.close();
  }
});
