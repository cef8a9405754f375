import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import type { Page } from "playwright-core";
import { files, schema } from "../scripts/contract.ts";
import type { Cart, Order, Product } from "../src/index.ts";
import { open, world } from "./support/browser.ts";

const at = world();

for (const [file, text] of files) {
  test(`${file.pathname.split("/").at(-1)} is what the schema makes (npm run contract)`, async () => {
    assert.equal(await readFile(file, "utf8"), text);
  });
}

// `x-` keywords are for readers.
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const isBatch = ajv.compile({ ...schema, anyOf: undefined, $ref: "#/$defs/sdkBatch" });
const isBody = ajv.compile(schema);

const text = (maxLength: number) =>
  fc
    .string({ unit: fc.oneof(fc.constantFrom(...'aấ😀"\\\u0000\ud800 \n<'), fc.string()), maxLength })
    .map((value) => value.slice(0, maxLength));
const id = fc.oneof(
  fc.uuid(),
  text(20).filter((value) => value.trim() !== ""),
);
const price = fc.integer({ min: 0, max: 100_000_000_000 });
const named = { name: text(1_024), category: text(50), brand: text(50), price, discountPrice: price };
const product: fc.Arbitrary<Product> = fc
  .record({ ...named, urlPath: text(200) }, { requiredKeys: [] })
  .chain((rest) => id.map((id) => ({ id, ...rest })));
const quantity = fc.integer({ min: 1, max: 2_147_483_647 });
const item = fc.record({ productId: id, quantity, ...named }, { requiredKeys: ["productId", "quantity"] });
const items = fc.array(item, { maxLength: 5 });
const cart: fc.Arbitrary<Cart> = fc.record({ id, total: price, items }, { requiredKeys: ["items"] });
const order: fc.Arbitrary<Order> = fc.record(
  { id, number: text(20), total: price, items },
  { requiredKeys: ["id", "items"] },
);
const own = fc.dictionary(
  fc.string().map((key) => `own.${key}`),
  fc.jsonValue(),
  { maxKeys: 3 },
);
const name = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,100}$/).filter((name) => !schemaNames.has(name));
/** Names that say what else an event has: only their functions promise that. */
const schemaNames = new Set([
  "category_view",
  "product_view",
  "add_to_cart_click",
  "remove_from_cart_click",
  "wishlist_toggle",
  "checkout_start",
  "checkout_complete",
  "search",
  "click",
]);

/** A call of the instance, or a soft navigation. */
type Call = [method: string, ...arguments: unknown[]];
const call = (method: string, ...args: fc.Arbitrary<unknown>[]): fc.Arbitrary<Call> =>
  fc.tuple(fc.constant(method), ...args) as fc.Arbitrary<Call>;
const calls = fc.array(
  fc.oneof(
    call("track", name, own),
    call("homeView", own),
    call("categoryView", text(50)),
    call("productView", product, own),
    call("addToCart", product),
    call("removeFromCart", product, quantity),
    call("wishlistToggle", product),
    call("share", product),
    call("checkoutStart", cart),
    call("checkoutComplete", order),
    call("search", fc.record({ query: text(100), results: fc.nat() }, { requiredKeys: ["query"] })),
    call(
      "identify",
      fc.option(fc.record({ userId: id, identitySource: text(50) }, { requiredKeys: ["userId"] })),
    ),
    call("navigate", fc.webPath(), fc.webQueryParameters()),
  ),
  { minLength: 1, maxLength: 30 },
);

const perform = (page: Page, calls: Call[]): Promise<void> =>
  page.evaluate((calls) => {
    for (const [method, ...args] of calls) {
      if (method === "navigate") history.pushState(null, "", `/x${args[0]}?${args[1]}&token=secret`);
      else (clickstream as unknown as Record<string, (...args: unknown[]) => void>)[method]?.(...args);
    }
    return clickstream.flush();
  }, calls);

test("whatever is called, what is sent is what the contract says", async () => {
  const page = await open(at);
  await fc.assert(
    fc.asyncProperty(calls, async (calls) => {
      at.api.requests.length = 0;
      await perform(page, calls);
      for (const { body } of at.api.requests) {
        const sent = JSON.parse(body);
        assert.ok(isBatch(sent), `${ajv.errorsText(isBatch.errors)} in ${body}`);
        assert.ok(isBody(sent));
        assert.doesNotMatch(body, /token=secret/);
      }
      const names: { eventName: string }[] = at.api.requests.flatMap(({ body }) => JSON.parse(body).events);
      const asked = calls.filter(([method]) => method !== "identify" && method !== "navigate").length;
      assert.equal(names.filter(({ eventName }) => eventName !== "page_view").length, asked);
    }),
    { numRuns: 60 },
  );
  assert.deepEqual(await page.evaluate(() => clickstream.stats().dropped), 0);
});

test("the clicks of a page are what the contract says", async () => {
  at.site.pages.set("/", {
    body: '<button data-cs-order-id="7">Mua</button><a href="#x" role="link">Xem</a><input>',
  });
  const page = await open(at);
  for (const control of ["button", "a", "input"]) await page.click(control);
  await page.evaluate(() => clickstream.flush());
  const bodies: { events: { eventName: string }[] }[] = at.api.requests.map(({ body }) => JSON.parse(body));
  assert.ok(
    bodies.every((body) => isBatch(body)),
    ajv.errorsText(isBatch.errors),
  );
  assert.equal(
    bodies.flatMap(({ events }) => events).filter(({ eventName }) => eventName === "click").length,
    3,
  );
});
