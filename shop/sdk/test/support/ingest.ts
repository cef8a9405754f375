import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { bodyOf, listen } from "./http.ts";

/** An event as ingest stored it. */
export type StoredEvent = { eventName: string; eventId: string; eventTimestamp: string } & Record<
  string,
  unknown
>;

export interface HttpAnswer {
  statusCode: number;
  headers?: Record<string, string>;
  body?: string;
}

/** The program that is deployed: in the folder SBW_LAMBDA_DIR where that is set, else what cargo built. */
function program(): string {
  const { SBW_LAMBDA_DIR, CARGO_TARGET_DIR, XDG_CACHE_HOME = join(homedir(), ".cache") } = process.env;
  const target = CARGO_TARGET_DIR ?? join(XDG_CACHE_HOME, "sbw/target");
  const folders = SBW_LAMBDA_DIR ? [SBW_LAMBDA_DIR] : [join(target, "debug"), join(target, "release")];
  const found = folders.map((folder) => join(folder, "clickstream-lambda-ingest")).find(existsSync);
  if (!found) throw new Error(`no ingest program in ${folders.join(", ")}: run make test-shop`);
  return found;
}

/**
 * `clickstream-lambda-ingest` as Lambda runs it: a process of its own whose only ways out are the Runtime API and an
 * S3 server, both played here.
 */
export class Ingest {
  /** What was stored, in the order it came. */
  readonly stored: StoredEvent[] = [];
  readonly #waiting: { id: string; payload: object }[] = [];
  readonly #answers = new Map<string, (answer: HttpAnswer) => void>();
  #poll: ServerResponse | undefined;
  #process: ChildProcess | undefined;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  /** Starts the program for pages of these origins. */
  async start(origins: string): Promise<this> {
    const address = await listen(this.#server);
    this.#process = spawn(program(), {
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        ALLOWED_ORIGINS: origins,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_ENDPOINT_URL_S3: address,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
        AWS_LAMBDA_FUNCTION_NAME: "clickstream-lambda-ingest",
        AWS_LAMBDA_FUNCTION_VERSION: "1",
        AWS_LAMBDA_RUNTIME_API: new URL(address).host,
        AWS_REGION: "ap-southeast-1",
      },
    });
    return this;
  }

  async stop(): Promise<void> {
    this.#process?.kill("SIGKILL");
    if (this.#process) await once(this.#process, "exit");
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** A request as API Gateway hands it over (payload format 2.0). */
  invoke(request: IncomingMessage, body: string): Promise<HttpAnswer> {
    const { pathname: path } = new URL(request.url ?? "/", "http://api");
    const id = randomUUID();
    const payload = {
      version: "2.0",
      routeKey: "ANY /clickstream",
      rawPath: path,
      rawQueryString: "",
      headers: request.headers,
      isBase64Encoded: false,
      body,
      requestContext: {
        accountId: "000000000000",
        apiId: "test",
        domainName: "test",
        domainPrefix: "test",
        http: {
          method: request.method,
          path,
          protocol: "HTTP/1.1",
          sourceIp: "203.0.113.7",
          userAgent: request.headers["user-agent"] ?? "",
        },
        requestId: id,
        routeKey: "ANY /clickstream",
        stage: "$default",
        time: "01/Jan/2026:00:00:00 +0000",
        timeEpoch: Date.now(),
      },
    };
    const answer = new Promise<HttpAnswer>((resolve) => this.#answers.set(id, resolve));
    this.#waiting.push({ id, payload });
    this.#handOver();
    return answer;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const body = await bodyOf(request);
    if (path.endsWith("/invocation/next")) {
      this.#poll = response;
      this.#handOver();
      return;
    }
    const [, id, what] = /\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (id) {
      const failed = { statusCode: 500, body: "the function failed" };
      this.#answers.get(id)?.(what === "response" ? JSON.parse(body) : failed);
      this.#answers.delete(id);
    } else if (request.method === "PUT") {
      this.stored.push(...[JSON.parse(body)].flat());
    }
    response.writeHead(id ? 202 : 200).end();
  }

  #handOver(): void {
    const next = this.#poll && this.#waiting.shift();
    if (!next) return;
    this.#poll
      ?.writeHead(200, {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": next.id,
        "Lambda-Runtime-Deadline-Ms": Date.now() + 20_000,
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:ap-southeast-1:000000000000:function:test",
      })
      .end(JSON.stringify(next.payload));
    this.#poll = undefined;
  }
}
