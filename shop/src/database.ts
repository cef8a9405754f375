import "server-only";
import { readFileSync } from "node:fs";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "@/generated/prisma/client";
import { type Settings, settings } from "@/settings";

export type Database = PrismaClient;

/** A pool of connections to `clickstream_web`. */
export function connect(to: Pick<Settings, "DATABASE_URL" | "DATABASE_CA" | "DATABASE_POOL">): Database {
  const ssl = to.DATABASE_CA
    ? { ca: readFileSync(to.DATABASE_CA, "utf8"), rejectUnauthorized: true }
    : undefined;
  const adapter = new PrismaPg({ connectionString: to.DATABASE_URL, max: to.DATABASE_POOL, ssl });
  return new PrismaClient({ adapter });
}

// One pool a process, also when a module is loaded again while developing.
const kept = globalThis as { shopDatabase?: Database };

export function database(): Database {
  kept.shopDatabase ??= connect(settings());
  return kept.shopDatabase;
}
