import type { TestProject } from "vitest/node";
import { startPostgres } from "../postgres";

/** One server for all integration tests; each makes a database of its own in it. */
export default async function setup(project: TestProject) {
  const server = await startPostgres();
  project.provide("postgres", { port: server.port, password: server.password });
  return () => server.stop();
}

declare module "vitest" {
  interface ProvidedContext {
    postgres: { port: number; password: string };
  }
}
