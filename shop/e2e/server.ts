import { existsSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { startPostgres } from "../tests/postgres";
import { SERVER } from "./shop";

/** One PostgreSQL for all files; each opens a shop of its own in it. */
export default async function setup(project: TestProject) {
  if (!existsSync(SERVER)) throw new Error("the shop is not built: run `npm run build` first");
  const server = await startPostgres();
  project.provide("postgres", { port: server.port, password: server.password });
  return () => server.stop();
}
