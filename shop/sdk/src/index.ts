/** The package: one instance a page, typed. Where to start reading: `client.ts`. */
import type { Clickstream } from "./api.ts";
import { createClickstream } from "./client.ts";

export type * from "./api.ts";
export type { Cart, Item, Order, Product, Search } from "./contract.generated.ts";

/** The page's instance. What is tracked before `start` waits for it. */
export const clickstream: Clickstream = createClickstream();

/** `clickstream.start`. */
export const start: Clickstream["start"] = clickstream.start;
