import { App, ConsoleEmailDriver } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";

export interface AuthServerOptions {
  /** URL of role supabase_auth_admin. */
  readonly databaseUrl: string;
  readonly jwtSecret: string;
  readonly siteUrl: string;
}

/** Serves `/auth/v1/*`; keys are the gateway's business. */
export interface AuthServer {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** Text that is JSON already goes as it is; by itself the driver would make a JSON string of it, quotes and all. */
const asJson = {
  serialize: (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value)),
  parse: (text: string): unknown => JSON.parse(text),
};

/** The local auth server, with the settings of supabase/config.toml. Mails go to the terminal. */
export function createAuthServer(options: AuthServerOptions): AuthServer {
  const connection = createPostgresConnection({
    url: options.databaseUrl,
    postgresOptions: {
      max: 5,
      onnotice: () => undefined,
      types: { json: { to: 114, from: [114], ...asJson }, jsonb: { to: 3802, from: [3802], ...asJson } },
    },
  });
  const app = new App({
    connection,
    auth: {
      enabled: true,
      enable_signup: true,
      enable_anonymous_sign_ins: false,
      jwt_secret: options.jwtSecret,
      jwt_expiry: 3600,
      site_url: options.siteUrl,
      minimum_password_length: 8,
      enable_refresh_token_rotation: true,
      email: { enable_signup: true, enable_confirmations: false, double_confirm_changes: true },
    },
    options: {
      server: { apiKeys: false, admin: false, disableStudio: true },
      drivers: { email: new ConsoleEmailDriver() },
    },
  });
  return {
    fetch: (request) => app.fetch(request),
    close: () => connection.close(),
  };
}
