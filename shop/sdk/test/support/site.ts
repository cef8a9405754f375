import { readFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { listen } from "./http.ts";

const sdk = new URL("../../dist/clickstream.js", import.meta.url);

export interface Page {
  /** Attributes of `<html>`, besides the endpoint. */
  attributes?: string;
  head?: string;
  body?: string;
  headers?: Record<string, string>;
}

/** A site that loads the SDK by a script tag. Every path is a page; `pages` says how some differ. */
export class Site {
  readonly pages: Map<string, Page> = new Map();
  /** Files besides pages and the SDK, by their paths. */
  readonly scripts: Map<string, string> = new Map();
  /** Headers of the requests for pages, by path. */
  readonly visits: { path: string; headers: IncomingHttpHeaders }[] = [];
  origin: string = "";
  #endpoint = "";
  readonly #server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const script = pathname === "/clickstream.js" ? await readFile(sdk, "utf8") : this.scripts.get(pathname);
    if (script !== undefined) {
      response.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
    } else if (pathname === "/favicon.ico") {
      response.writeHead(204).end();
    } else {
      this.visits.push({ path: pathname, headers: request.headers });
      const page = this.pages.get(pathname) ?? {};
      response
        .writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...page.headers })
        .end(this.#html(page));
    }
  });

  async start(): Promise<this> {
    this.origin = await listen(this.#server);
    return this;
  }

  /** Forgets the test before, and tells the SDK where to send. */
  reset(endpoint: string): void {
    this.#endpoint = endpoint;
    this.visits.length = 0;
    this.pages.clear();
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #html({ attributes = "data-clickstream-robots", head, body = "" }: Page): string {
    const script = head ?? '<script defer src="/clickstream.js"></script>';
    return `<!doctype html><html lang="vi" data-clickstream="${this.#endpoint}" ${attributes}>
<head><title>shop</title>${script}</head><body>${body}</body></html>`;
  }
}
