import { post, type RouteEntry } from "../_shared/http/route-table.ts";

export const routes: readonly RouteEntry[] = [
  post("/scheduler", { auth: "scheduler", load: () => import("./routes/drain.ts").then((m) => m.wake) }),
];
