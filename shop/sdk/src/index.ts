/** The package: one instance a page, typed. Where to start reading: `client.ts`. */
import type { Clickstream } from "./api.ts";
import { watchClicks } from "./clicks.ts";
import { createCore } from "./client.ts";
import { namedEvents } from "./names.ts";
import { isServer } from "./options.ts";

export type * from "./api.ts";
export type { Cart, Item, Order, Product, Search } from "./contract.generated.ts";

function createClickstream(): Clickstream {
  const core = createCore(({ autoClicks }, track) => watchClicks(autoClicks, track));
  const client: Clickstream = {
    ...core,
    ...namedEvents(core.track),
    start(options) {
      core.start(options);
      return client;
    },
  };
  return client;
}

const page = globalThis as { clickstream?: Clickstream };

// A second copy of this code, of a script tag or a reloaded module, finds the first one's instance.
const found = page.clickstream?.track && page.clickstream;

/** The page's instance. What is tracked before `start` waits for it. */
export const clickstream: Clickstream = found ?? createClickstream();
if (!isServer) page.clickstream = clickstream;

/** `clickstream.start`. */
export const start: Clickstream["start"] = clickstream.start;
