import { del, get, patch, post, put, type RouteEntry } from "../_shared/http/route-table.ts";

/** Every route of the function, and what it asks for before its module is loaded. */
export const routes: readonly RouteEntry[] = [
  post("/tenants", {
    auth: "user",
    tenant: "none",
    load: () => import("./routes/tenants.ts").then((m) => m.createTenant),
  }),
  get("/tenants", {
    auth: "user",
    tenant: "none",
    load: () => import("./routes/tenants.ts").then((m) => m.listTenants),
  }),
  get("/tenants/me", {
    auth: "user",
    tenant: "none",
    load: () => import("./routes/me.ts").then((m) => m.getMe),
  }),
  del("/tenants/me", {
    auth: "user",
    tenant: "none",
    load: () => import("./routes/me.ts").then((m) => m.deleteMe),
  }),
  put("/tenants/me/default", {
    auth: "user",
    tenant: "none",
    load: () => import("./routes/me.ts").then((m) => m.chooseDefaultTenant),
  }),
  get("/tenants/:tenantId", {
    auth: "user",
    load: () => import("./routes/tenants.ts").then((m) => m.getTenant),
  }),
  patch("/tenants/:tenantId", {
    auth: "user",
    load: () => import("./routes/tenants.ts").then((m) => m.updateTenant),
  }),
  post("/tenants/:tenantId/suspend", {
    auth: "user",
    load: () => import("./routes/tenants.ts").then((m) => m.suspendTenant),
  }),
  post("/tenants/:tenantId/resume", {
    auth: "user",
    load: () => import("./routes/tenants.ts").then((m) => m.resumeTenant),
  }),
  get("/tenants/:tenantId/members", {
    auth: "user",
    load: () => import("./routes/members.ts").then((m) => m.listMembers),
  }),
  patch("/tenants/:tenantId/members/:userId", {
    auth: "user",
    load: () => import("./routes/members.ts").then((m) => m.changeMemberRole),
  }),
  del("/tenants/:tenantId/members/:userId", {
    auth: "user",
    load: () => import("./routes/members.ts").then((m) => m.removeMember),
  }),
];
