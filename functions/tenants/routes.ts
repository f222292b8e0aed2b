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
  get("/tenants/:tenantId/databases", {
    auth: "user",
    load: () => import("./routes/databases.ts").then((m) => m.listDatabases),
  }),
  post("/tenants/:tenantId/databases", {
    auth: "user",
    load: () => import("./routes/databases.ts").then((m) => m.createDatabase),
  }),
  get("/tenants/:tenantId/databases/:databaseId", {
    auth: "user",
    load: () => import("./routes/databases.ts").then((m) => m.getDatabase),
  }),
  del("/tenants/:tenantId/databases/:databaseId", {
    auth: "user",
    load: () => import("./routes/databases.ts").then((m) => m.deleteDatabase),
  }),
  post("/tenants/:tenantId/databases/:databaseId/suspend", {
    auth: "user",
    load: () => import("./routes/databases.ts").then((m) => m.suspendDatabase),
  }),
  post("/tenants/:tenantId/databases/:databaseId/resume", {
    auth: "user",
    load: () => import("./routes/databases.ts").then((m) => m.resumeDatabase),
  }),
  post("/tenants/:tenantId/databases/:databaseId/connection", {
    auth: "user",
    load: () => import("./routes/databases.ts").then((m) => m.revealDatabaseConnection),
  }),
  get("/tenants/:tenantId/operations", {
    auth: "user",
    load: () => import("./routes/operations.ts").then((m) => m.listOperations),
  }),
  get("/tenants/:tenantId/operations/:operationId", {
    auth: "user",
    load: () => import("./routes/operations.ts").then((m) => m.getOperation),
  }),
];
