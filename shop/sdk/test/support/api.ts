import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { bodyOf, listen } from "./http.ts";
import { Ingest, type StoredEvent } from "./ingest.ts";

/** What happens to a request on its way to ingest, or instead of it. */
export type Fault = (request: { bytes: number; events: number }) =>
  | undefined
  /** An answer that ingest knows nothing of; the page may read it. */
  | { status: number; headers?: Record<string, string>; body?: string }
  /** A slow way to ingest: who hangs up before the end was never heard. */
  | { delay: number }
  /** Stored, and the answer lost on the way. */
  | "lose the answer";

export interface SentRequest {
  at: number;
  bytes: number;
  ids: string[];
  contentType: string | undefined;
  body: string;
}

/** The HTTP API in front of the real ingest, on an origin of its own, with faults to order. */
export class Api {
  readonly ingest: Ingest = new Ingest();
  /** Every POST that arrived, also those with a fault. */
  readonly requests: SentRequest[] = [];
  preflights: number = 0;
  fault: Fault = () => undefined;
  #address = "";
  #test = 0;
  #port = 0;
  readonly #origin: string;
  #server = createServer((request, response) => void this.#serve(request, response));

  constructor(origin: string) {
    this.#origin = origin;
  }

  async start(): Promise<this> {
    await this.ingest.start(this.#origin);
    const address = await listen(this.#server, this.#port);
    this.#port = Number(new URL(address).port);
    this.#address = address;
    return this;
  }

  /** Forgets the test before; its pages may still send, to an address of their own. */
  reset(): void {
    this.#test++;
    this.fault = () => undefined;
    this.preflights = this.stored.length = this.requests.length = 0;
  }

  get endpoint(): string {
    return `${this.#address}/clickstream?test=${this.#test}`;
  }

  async stop(): Promise<void> {
    await this.refuse();
    await this.ingest.stop();
  }

  /** Connections are refused from now on. */
  async refuse(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server.close(), "close");
  }

  /** They are taken again. */
  async accept(): Promise<void> {
    await listen(this.#server, this.#port);
  }

  get stored(): StoredEvent[] {
    return this.ingest.stored;
  }

  /** The distinct events that are stored, optionally of one name: what the warehouse counts. */
  counted(name?: string): StoredEvent[] {
    const first = new Map<string, StoredEvent>();
    for (const event of this.stored) if (!first.has(event.eventId)) first.set(event.eventId, event);
    return [...first.values()].filter((event) => !name || event.eventName === name);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request).catch(() => "");
    const isOver = () => !request.url?.endsWith(`=${this.#test}`);
    if (isOver()) {
      response.destroy();
      return;
    }
    if (request.method !== "POST") this.preflights++;
    const events: unknown = request.method === "POST" && body ? JSON.parse(body).events : [];
    const ids = [events].flat().map((event) => (event as StoredEvent | null)?.eventId ?? "");
    const bytes = Buffer.byteLength(body);
    this.requests.push({
      at: performance.now(),
      bytes,
      ids,
      body,
      contentType: request.headers["content-type"],
    });

    const fault = this.fault({ bytes, events: ids.length });
    if (fault && typeof fault === "object" && "status" in fault) {
      const cors = {
        "Access-Control-Allow-Origin": this.#origin,
        "Access-Control-Expose-Headers": "Retry-After",
      };
      response.writeHead(fault.status, { ...cors, ...fault.headers }).end(fault.body);
      return;
    }
    if (fault && typeof fault === "object") await new Promise((resolve) => setTimeout(resolve, fault.delay));
    const answer = isOver() || response.destroyed ? undefined : await this.ingest.invoke(request, body);
    if (!answer || fault === "lose the answer") response.destroy();
    else response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  }
}
