import "server-only";
import { readFileSync } from "node:fs";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@/generated/prisma/client";
import { type Settings, settings } from "@/settings";

export type Database = PrismaClient;

export type DatabaseSettings = Pick<
  Settings,
  "DATABASE_URL" | "DATABASE_PASSWORD" | "DATABASE_CA" | "DATABASE_CERTIFICATE_NAME" | "DATABASE_POOL"
>;

/** A pool of connections to `clickstream_web`. */
export function connect(to: DatabaseSettings): Database {
  const url = new URL(to.DATABASE_URL);
  if (to.DATABASE_PASSWORD) url.password = to.DATABASE_PASSWORD;
  const adapter = new PrismaPg({ connectionString: url.href, max: to.DATABASE_POOL, ssl: tlsOf(to) });
  return new PrismaClient({ adapter });
}

/** TLS that trusts one root only, and checks the name. Undefined: none, for a database on this machine. */
function tlsOf({ DATABASE_URL, DATABASE_CA, DATABASE_CERTIFICATE_NAME }: DatabaseSettings) {
  if (!DATABASE_CA) return undefined;
  const name = DATABASE_CERTIFICATE_NAME ?? new URL(DATABASE_URL).hostname;
  return {
    ca: DATABASE_CA.startsWith("-----BEGIN") ? DATABASE_CA : readFileSync(DATABASE_CA, "utf8"),
    rejectUnauthorized: true,
    // Of its own accord node-postgres checks names only: for an address it would look for localhost.
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  } satisfies ConnectionOptions;
}

// One pool a process, also when a module is loaded again while developing.
const kept = globalThis as { shopDatabase?: Database };

export function database(): Database {
  kept.shopDatabase ??= connect(settings());
  return kept.shopDatabase;
}
