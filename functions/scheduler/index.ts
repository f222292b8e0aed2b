import { readEnvironment } from "../_shared/env/read-environment.ts";
import { createApp } from "../_shared/http/create-app.ts";
import { routes } from "./routes.ts";

const app = createApp({
  name: "scheduler",
  routes,
  environment: readEnvironment(),
  loadOpenApi: () => import("./open-api.ts").then((m) => m.openApi),
});

export default { fetch: app.fetch };
