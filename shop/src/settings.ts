import { z } from "zod";

const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const count = (least: number) => z.coerce.number().int().min(least);

/** The environment, as README.md's table of it. */
const Environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Of the URL's user, where the URL has none. */
  DATABASE_PASSWORD: z.string().optional(),
  /** The certificate that signed the database's, as PEM or as a file of it; then TLS is verified in full. */
  DATABASE_CA: z.string().optional(),
  /** What the database's certificate must name; the URL's host, unless that is an address it does not know. */
  DATABASE_CERTIFICATE_NAME: z.string().optional(),
  DATABASE_POOL: count(1).default(10),
  /** Seals cookies. Whoever knows it can sign in as anybody. */
  SHOP_SECRET: z.string().min(32),
  /** Where browsers reach the shop, without a path. */
  SHOP_ORIGIN: z.url().transform((url) => new URL(url).origin),
  /** Where events go; without it, none are sent. */
  CLICKSTREAM_URL: z.url().optional(),
  /** Where the pictures of `assets/` are served from, without a path; without it, pages name none. */
  ASSET_ORIGIN: z
    .url()
    .transform((url) => new URL(url).origin)
    .optional(),
  /** Also sends events of browsers that a program drives; for tests. */
  CLICKSTREAM_ROBOTS: flag.default(false),
  LOGIN: z.enum(["cognito", "demo", "none"]).default("none"),
  COGNITO_ISSUER: z.url().optional(),
  COGNITO_DOMAIN: z.url().optional(),
  COGNITO_CLIENT_ID: z.string().optional(),
  /** Proxies in front that append to X-Forwarded-For; the address before theirs is the visitor's. */
  TRUSTED_PROXIES: count(0).default(0),
  ORDERS_PER_MINUTE: count(1).default(10),
  LOGINS_PER_MINUTE: count(1).default(20),
});

export type Settings = z.output<typeof Environment>;

/** The settings that an environment holds. Throws, naming each variable that is wrong. */
export function settingsOf(environment: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`the shop's environment is not complete (see shop/README.md): ${problems.join("; ")}`);
}

let read: Settings | undefined;

/** The settings of this process. Read at the first request, so that a build needs none of them. */
export function settings(): Settings {
  read ??= settingsOf(process.env);
  return read;
}
