import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Client } from "pg";
import { connectAs } from "../tests/postgres";

export const FREE_PORTS = ["--api-port=0", "--shop-port=0"];

/** `sbw-local`, the whole platform on this machine, with the built shop and nobody in it. */
export class Platform {
  private said = "";

  private constructor(private readonly process: ChildProcess) {
    process.stdout?.on("data", (text) => {
      this.said += text;
    });
  }

  /** Starts it, on free ports unless flags say otherwise, and waits until everything answers. */
  static async start(flags: string[] = FREE_PORTS, etlEvery = "1s"): Promise<Platform> {
    const shop = `--shop=${join(import.meta.dirname, "../.next/standalone")}`;
    const quiet = ["--headless", "--days=0", "--no-traffic", `--etl-every=${etlEvery}`];
    const child = spawn(program("sbw-local"), [...quiet, shop, ...flags], {
      env: { ...process.env, SBW_NODE: process.execPath, CLICKSTREAM_ROBOTS: "true" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const platform = new Platform(child);
    while (!platform.said.includes("Ctrl-C stops everything")) {
      if (child.exitCode !== null) throw new Error(`the platform ended: ${platform.said}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return platform;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const ended = this.process.exitCode === null && once(this.process, "exit");
    this.process.kill(signal);
    await ended;
  }

  /** Where browsers reach the shop. */
  get shop(): string {
    return this.address("shop").split(" ")[0] ?? "";
  }

  /** What stands after this name in the list of addresses. */
  address(name: string): string {
    const line = this.said.split("\n").find((one) => one.startsWith(`${name} `));
    if (!line) throw new Error(`no ${name} in ${this.said}`);
    return line.slice(name.length).trim();
  }

  /** Asks the shop's database. */
  ask(sql: string): string {
    const command = `${this.address("shop data")} -X -A -t -c "$0"`;
    return execFileSync("sh", ["-c", command, sql], { encoding: "utf8" }).trim();
  }

  overview(): Record<string, number> {
    return this.report("overview");
  }

  /** What `sbw-tui report` prints as JSON. */
  report(...asked: string[]) {
    const command = `${this.address("dashboard")} report "$@" --format json`;
    return JSON.parse(execFileSync("sh", ["-c", command, "sh", ...asked], { encoding: "utf8" }));
  }

  /** As its operator, in one of its databases. */
  connect(database: string): Promise<Client> {
    const { passfile, port } = this.postgres;
    const [, password = ""] = /:postgres:(.*)/.exec(readFileSync(passfile, "utf8")) ?? [];
    return connectAs({ port, password }, database);
  }

  /** Starts `sbw-etl run`, the program, on the platform's bucket and warehouse. */
  load(): ChildProcess {
    const [, endpoint = "", credentials] =
      /^(\S+) .*AWS_SHARED_CREDENTIALS_FILE=([^)]+)/.exec(this.address("S3")) ?? [];
    const env = {
      ...this.warehouse("sbw_loader"),
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
    };
    return spawn(program("sbw-etl"), ["--log-level", "error", "run"], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  /** What `sbw-etl reconcile` says of the shop's orders and the warehouse's. */
  reconciled(): Record<string, unknown> {
    const shop = `postgres://web_app@127.0.0.1:${this.postgres.port}/clickstream_web`;
    const asked = ["reconcile", "--oltp", shop, "--last", "1d", "--json"];
    const env = this.warehouse("sbw_reader");
    return JSON.parse(execFileSync(program("sbw-etl"), asked, { env, encoding: "utf8" }));
  }

  private get postgres(): { passfile: string; port: number } {
    const [, passfile = "", port] = /^PGPASSFILE=(\S+) .* -p (\d+) /.exec(this.address("shop data")) ?? [];
    return { passfile, port: Number(port) };
  }

  /** What leads `sbw-etl` to the warehouse, as a role. */
  private warehouse(user: string): NodeJS.ProcessEnv {
    const { passfile, port } = this.postgres;
    return {
      ...process.env,
      PGPASSFILE: passfile,
      DWH_HOST: "127.0.0.1",
      DWH_PORT: String(port),
      DWH_USER: user,
      DWH_DATABASE: "clickstream_dw",
    };
  }
}

/** A program that cargo built, the release first; beside `SBW_LOCAL` where that is named. */
function program(name: string): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/sbw/target");
  const named = process.env.SBW_LOCAL;
  const folders = [...(named ? [dirname(named)] : []), join(target, "release"), join(target, "debug")];
  const found = folders.map((folder) => join(folder, name)).find(existsSync);
  if (!found) throw new Error(`${name} is not built: cargo build --release -p sbw-local -p sbw-etl`);
  return found;
}
