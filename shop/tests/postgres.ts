import { execFileSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";

const ROOT = join(import.meta.dirname, "../..");
export const OLTP = join(ROOT, "infra/oltp");
export const CATALOGUE = join(ROOT, "infra/local/catalogue.csv");

const WEB_PASSWORD = "of-the-tests";

/** A PostgreSQL of the tests' own, on loopback. */
export interface TestServer {
  port: number;
  password: string;
  stop(): void;
}

/** Starts a server in a directory of its own; root's runs as `nobody`, because PostgreSQL refuses root. */
export async function startPostgres(): Promise<TestServer> {
  const bin = programs();
  const home = mkdtempSync(join(tmpdir(), "sbw-shop-postgres-"));
  const data = join(home, "data");
  const password = crypto.randomUUID();
  writeFileSync(join(home, "password"), password);
  const asRoot = process.getuid?.() === 0;
  if (asRoot) {
    const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
    for (const path of [home, join(home, "password")]) chownSync(path, id("-u"), id("-g"));
  }
  const run = (program: string, ...args: string[]) => {
    const command = [join(bin, program), ...args];
    const nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
    const [first = "", ...rest] = asRoot ? [...nobody, ...command] : command;
    execFileSync(first, rest, { cwd: home, stdio: ["ignore", "ignore", "pipe"] });
  };
  const port = await freePort();
  run(
    "initdb",
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "scram-sha-256",
    `--pwfile=${home}/password`,
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
    "-N",
  );
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
  run("pg_ctl", "-D", data, "-o", options, "-l", join(home, "log"), "-w", "start");
  const cluster = await connectAs({ port, password }, "postgres");
  // Here and not in each shop: two that are made at once would both make it.
  await cluster.query(`create role web_app login password '${WEB_PASSWORD}'`);
  await cluster.end();
  return {
    port,
    password,
    stop() {
      run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop");
      rmSync(home, { recursive: true });
    },
  };
}

function programs(): string {
  if (process.env.SBW_PG_BIN) return process.env.SBW_PG_BIN;
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const bin = versions
    .map((version) => join(base, version, "bin"))
    .find((path) => existsSync(join(path, "initdb")));
  if (!bin) throw new Error("PostgreSQL is not installed: run infra/setup/setup.sh, or set SBW_PG_BIN");
  return bin;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** A connection as the operator; the caller ends it. */
export async function connectAs(
  server: Pick<TestServer, "port" | "password">,
  database: string,
): Promise<Client> {
  const { port, password } = server;
  const client = new Client({ host: "127.0.0.1", port, user: "postgres", password, database });
  await client.connect();
  return client;
}

/** A new shop database with schema and catalogue; its address for `web_app`. */
export async function makeShop(server: Pick<TestServer, "port" | "password">, name: string): Promise<string> {
  const cluster = await connectAs(server, "postgres");
  await cluster.query(`create database ${name} template template0 encoding 'UTF8' locale 'C.UTF-8'`);
  await cluster.end();
  const shop = await connectAs(server, name);
  await shop.query(sqlOf("schema.sql"));
  await loadCatalogue(shop);
  await shop.end();
  return `postgresql://web_app:${WEB_PASSWORD}@127.0.0.1:${server.port}/${name}`;
}

/** The catalogue by the statements that the hosts use, with inserts in the place of COPY. */
export async function loadCatalogue(shop: Client): Promise<void> {
  await shop.query("begin");
  await shop.query(sqlOf("catalogue_stage.sql"));
  const [header = [], ...rows] = parseCsv(readFileSync(CATALOGUE, "utf8"));
  for (const row of rows) {
    const places = row.map((_, index) => `$${index + 1}`).join(", ");
    await shop.query(`insert into catalogue (${header.join(", ")}) values (${places})`, row);
  }
  await shop.query(sqlOf("catalogue_merge.sql"));
  await shop.query("commit");
}

export function sqlOf(file: string): string {
  return readFileSync(join(OLTP, file), "utf8");
}

/** Rows of a CSV file without line breaks in its fields. */
export function parseCsv(text: string): string[][] {
  const fields = /("(?:[^"]|"")*"|[^,]*)(?:,|$)/g;
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const found = [...line.matchAll(fields)].map(([, field = ""]) => field);
      // At the line's end the pattern matches nothing once more.
      return (line.endsWith(",") ? found : found.slice(0, -1)).map((field) =>
        field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field,
      );
    });
}
