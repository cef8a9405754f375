import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { closeTab, open, trackMany, untilCounted, untilEmpty, world } from "./support/browser.ts";
import { until } from "./support/http.ts";

const at = world();

test("a page that is closed at once has told all", async () => {
  const page = await open(at);
  await trackMany(page, "quick", 5);
  await closeTab(page);
  await untilCounted(at, "quick", 5);
  assert.equal(at.api.preflights, 0);
});

test("offline, then closed: the next page sends it", async () => {
  const page = await open(at);
  await at.context.setOffline(true);
  await trackMany(page, "offline", 7);
  await closeTab(page);
  await at.context.setOffline(false);
  const next = await open(at, "/next");
  await untilCounted(at, "offline", 7);
  await untilEmpty(next);
});

test("offline for a while: sent when the network is back", async () => {
  const page = await open(at);
  await at.context.setOffline(true);
  const failed = page.waitForEvent("requestfailed");
  await trackMany(page, "tunnel", 120);
  await failed;
  await at.context.setOffline(false);
  await untilCounted(at, "tunnel", 120);
  await untilEmpty(page);
});

test("1,000 events, then closed", async () => {
  const page = await open(at);
  await trackMany(page, "flood", 1_000);
  await closeTab(page);
  const next = await open(at, "/next");
  await untilCounted(at, "flood", 1_000);
  await untilEmpty(next);
});

test("a site of 500 events a second", async () => {
  const page = await open(at);
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let n = 0;
        const timer = setInterval(() => {
          for (let k = 0; k < 10; k++) clickstream.track("storm", { n: n++ });
          if (n < 1_500) return;
          clearInterval(timer);
          resolve();
        }, 20);
      }),
  );
  await untilCounted(at, "storm", 1_500);
  await untilEmpty(page);
  assert.equal(at.api.stored.length, at.api.counted().length, "nothing was sent twice");
  assert.equal(await page.evaluate(() => clickstream.stats().dropped), 0);
});

test("500s: tried again with back-off", async () => {
  let failures = 3;
  at.api.fault = () => (failures-- > 0 ? { status: 500 } : undefined);
  const page = await open(at);
  await trackMany(page, "broken", 3);
  await untilCounted(at, "broken", 3, 20_000);
  await untilEmpty(page);
  const [first = 0, second = 0, third = 0] = at.api.requests.map(({ at }) => at);
  assert.ok(second - first > 450 && third - second > 900, "each wait is longer");
});

for (const [spelling, header] of [
  ["seconds", () => "3"],
  // Whole seconds, rounded up: 3 at least.
  ["a date", () => new Date(Date.now() + 4_000).toUTCString()],
] as const) {
  test(`429 with Retry-After as ${spelling}: not before`, async () => {
    let failures = 1;
    at.api.fault = () => (failures-- > 0 ? { status: 429, headers: { "Retry-After": header() } } : undefined);
    const page = await open(at);
    await page.evaluate(() => clickstream.flush());
    await trackMany(page, "busy", 3);
    // Asking for it changes nothing.
    await page.evaluate(() => clickstream.flush());
    await untilCounted(at, "busy", 3);
    const [first = 0, second = 0] = at.api.requests.map(({ at }) => at);
    assert.ok(second - first >= 2_950, `tried again after ${second - first} ms`);
  });
}

test("429 with Retry-After: the pages after this one wait, too, and no longer", async () => {
  at.api.fault = () => ({ status: 429, headers: { "Retry-After": "300" } });
  const page = await open(at);
  await trackMany(page, "handed_on", 2);
  await page.evaluate(() => clickstream.flush());
  await closeTab(page);
  assert.equal(at.api.requests.length, 1);
  at.api.fault = () => undefined;
  const next = await openWithClock("/next");
  await next.evaluate(() => clickstream.flush());
  assert.equal(at.api.requests.length, 1);
  await next.clock.fastForward("05:01");
  await untilCounted(at, "handed_on", 2);
  await untilEmpty(next);
});

// Ten minutes is the longest that an endpoint can ask for.
for (const [what, junk] of [
  ["nonsense", "x"],
  ["a day ahead", new Date(Date.now() + 24 * 60 * 60_000).toJSON()],
] as const) {
  test(`another script wrote how long to wait, ${what}: ten minutes at most`, async () => {
    const page = await open(at);
    await page.evaluate((text) => localStorage.setItem("clickstream.until", text), junk);
    await closeTab(page);
    const next = await openWithClock("/next");
    await trackMany(next, "held_up", 1);
    await next.clock.fastForward("10:01");
    await untilCounted(at, "held_up", 1);
  });
}

/** Opens a page whose time can be moved on. */
async function openWithClock(path: string): Promise<Page> {
  const page = await at.context.newPage();
  await page.clock.install();
  await page.goto(at.site.origin + path);
  await page.waitForFunction(() => typeof globalThis.clickstream?.track === "function");
  return page;
}

test("a slow API: nothing twice", async () => {
  at.api.fault = () => ({ delay: 2_000 });
  const page = await open(at);
  await trackMany(page, "slow", 120);
  await untilCounted(at, "slow", 120, 20_000);
  await untilEmpty(page);
  assert.equal(at.api.stored.length, at.api.counted().length);
});

test("a slow API and a closed tab: the request outlives the page", async () => {
  at.api.fault = () => ({ delay: 1_000 });
  const page = await open(at);
  await trackMany(page, "slow_close", 10);
  await closeTab(page);
  await untilCounted(at, "slow_close", 10);
});

test("a request that takes its time does not hold up what a closed tab has left", async () => {
  at.api.fault = () => ({ delay: 1_500 });
  const page = await open(at);
  await trackMany(page, "first", 49);
  await until("the first request", () => at.api.requests.length > 0);
  await trackMany(page, "last", 10);
  await closeTab(page);
  await untilCounted(at, "first", 49);
  await untilCounted(at, "last", 10);
});

test("connections refused, then taken again", async () => {
  const page = await open(at);
  await page.evaluate(() => clickstream.flush());
  await at.api.refuse();
  const failed = page.waitForEvent("requestfailed");
  await trackMany(page, "refused", 60);
  await failed;
  await at.api.accept();
  await untilCounted(at, "refused", 60);
  await untilEmpty(page);
});

test("the answer gets lost: sent twice, counted once", async () => {
  let losses = 1;
  at.api.fault = () => (losses-- > 0 ? "lose the answer" : undefined);
  const page = await open(at);
  await trackMany(page, "lost_answer", 4);
  await page.evaluate(() => clickstream.flush());
  await untilCounted(at, "lost_answer", 4);
  await untilEmpty(page);
  assert.ok(at.api.stored.length > at.api.counted().length);
});

test("a batch is at most 50 events and 48 KiB", async () => {
  const page = await open(at);
  await page.evaluate(() => {
    for (let n = 0; n < 40; n++) clickstream.track("large", { n, note: "ấ".repeat(1_000) });
  });
  await trackMany(page, "many", 130);
  await untilCounted(at, "large", 40);
  await untilCounted(at, "many", 130);
  assert.ok(at.api.requests.every(({ bytes, ids }) => bytes <= 48 * 1024 && ids.length <= 50));
  assert.ok(at.api.requests.every(({ contentType }) => contentType === "text/plain;charset=UTF-8"));
});
