import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Client } from "pg";
import { inject } from "vitest";
import { connectAs, makeShop } from "../tests/postgres";

export const SERVER = join(import.meta.dirname, "../.next/standalone/server.js");

/** An event as the shop sent it. */
export type SentEvent = Record<string, unknown> & { eventName: string };

/** A shop that runs: the built server, a database with the catalogue, an endpoint that keeps the events. */
export interface OpenShop {
  origin: string;
  /** As the operator. */
  database: Client;
  /** What was sent so far, in order. */
  events: SentEvent[];
  /** What the server wrote. */
  log(): string;
  close(): Promise<void>;
}

/** `environment` adds to the shop's settings or overrides them; a `PORT` in it is the shop's. */
export async function openShop(name: string, environment: Record<string, string> = {}): Promise<OpenShop> {
  const postgres = inject("postgres");
  const url = await makeShop(postgres, name);
  const database = await connectAs(postgres, name);
  const events: SentEvent[] = [];
  const endpoint = await keepEvents(events);
  const port = Number(environment.PORT ?? (await freePort()));
  const origin = `http://localhost:${port}`;
  const server = spawn(process.execPath, [SERVER], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      HOSTNAME: "localhost",
      PORT: String(port),
      DATABASE_URL: url,
      DATABASE_POOL: "4",
      SHOP_SECRET: crypto.randomUUID(),
      SHOP_ORIGIN: origin,
      LOGIN: "demo",
      CLICKSTREAM_URL: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/clickstream`,
      CLICKSTREAM_ROBOTS: "true",
      ORDERS_PER_MINUTE: "1000",
      LOGINS_PER_MINUTE: "1000",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => (log += text));
  await answers(`${origin}/health`, server, () => log);
  return {
    origin,
    database,
    events,
    log: () => log,
    async close() {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
      endpoint.close();
      endpoint.closeAllConnections();
      await database.end();
    },
  };
}

/** An endpoint as ingest's: takes a batch, answers how many. */
async function keepEvents(events: SentEvent[]): Promise<Server> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const batch = body ? (JSON.parse(body) as { events: SentEvent[] }).events : [];
      events.push(...batch);
      response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ success: true, accepted: batch.length }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function answers(url: string, server: ChildProcess, log: () => string): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the shop ended: ${log()}`);
    const up = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
