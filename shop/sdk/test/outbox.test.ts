import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { closeTab, keptKeys, open, trackMany, untilCounted, untilEmpty, world } from "./support/browser.ts";
import { until } from "./support/http.ts";

const at = world();

/** Leaves batches of 50 events in the storage, as a page that died without a network. */
async function leave(name: string, batches: number): Promise<void> {
  const page = await open(at);
  await at.context.setOffline(true);
  await trackMany(page, name, batches * 50);
  await closeTab(page);
  await at.context.setOffline(false);
  at.api.stored.length = at.api.requests.length = 0;
}

/** Ends the process of a page, whose handlers then do not run. */
async function kill(page: Page): Promise<void> {
  const crashed = page.waitForEvent("crash");
  const session = await at.context.newCDPSession(page);
  session.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
}

test("a tab that is killed between sending and the answer: counted once", async () => {
  at.api.fault = () => ({ delay: 1_500 });
  const page = await open(at);
  // With the view of the page two full batches: what is not in one yet dies with the tab.
  await trackMany(page, "killed", 99);
  await until("a request", () => at.api.requests.some(({ ids }) => ids.length >= 49));
  await kill(page);
  at.api.fault = () => undefined;
  const next = await open(at, "/next");
  await untilEmpty(next);
  await untilCounted(at, "killed", 99);
});

test("a tab that is hidden and then killed, as phones do: nothing is lost", async () => {
  const page = await open(at);
  await trackMany(page, "hidden", 70);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await kill(page);
  const next = await open(at, "/next");
  await untilEmpty(next);
  await untilCounted(at, "hidden", 70);
});

test("two tabs, one visitor, one outbox", async () => {
  at.api.fault = () => ({ delay: 50 });
  const [left, right] = [await open(at), await open(at, "/other")];
  // A tab that has just opened still looks for what others left.
  for (const page of [left, right]) await page.evaluate(() => clickstream.flush());
  await Promise.all([trackMany(left, "left", 300), trackMany(right, "right", 300)]);
  await untilCounted(at, "left", 300);
  await untilCounted(at, "right", 300);
  await untilEmpty(left);
  await untilEmpty(right);
  assert.equal(at.api.stored.length, at.api.counted().length, "nothing was sent twice");
  assert.equal(new Set(at.api.stored.map((event) => event.sessionId)).size, 1);
});

test("two tabs find the same leftovers: one sends them", async () => {
  await leave("left_over", 12);
  at.api.fault = () => ({ delay: 50 });
  const [left, right] = await Promise.all([open(at, "/a"), open(at, "/b")]);
  await untilCounted(at, "left_over", 600);
  await untilEmpty(left);
  await untilEmpty(right);
  // A tab that gets the lock a moment later may still see the other's last batch: storage tells its news late.
  assert.ok(at.api.stored.length - at.api.counted().length <= 50, "one batch at most is sent twice");
});

test("a tab in trouble is helped by another: nothing twice", async () => {
  at.api.fault = ({ events }) =>
    events > 40 ? { status: 429, headers: { "Retry-After": "600" } } : undefined;
  const [troubled, other] = [await open(at), await open(at, "/other")];
  await untilEmpty(other);
  await trackMany(troubled, "helped", 49);
  await until("a refusal", () => at.api.requests.some(({ ids }) => ids.length > 40));
  at.api.fault = () => undefined;
  await other.evaluate(() => clickstream.flush());
  await untilCounted(at, "helped", 49);
  await untilEmpty(troubled);
  await closeTab(troubled);
  assert.equal(at.api.counted("helped").length, at.api.stored.filter((e) => e.eventName === "helped").length);
});

test("a full storage costs nothing", async () => {
  const page = await open(at);
  await page.evaluate(() => {
    for (let size = 1 << 22; size; size >>= 1) {
      try {
        for (;;) localStorage.setItem(`shop.${crypto.randomUUID()}`, "x".repeat(size));
      } catch {}
    }
  });
  await trackMany(page, "full", 200);
  await untilCounted(at, "full", 200);
  await until("an empty outbox", () => page.evaluate(() => clickstream.stats().waiting === 0));
});

test("a storage that the site clears costs nothing", async () => {
  at.api.fault = () => ({ status: 503 });
  const page = await open(at);
  await trackMany(page, "cleared", 100);
  await until("a try", () => at.api.requests.length > 0);
  await page.evaluate(() => localStorage.clear());
  at.api.fault = () => undefined;
  await untilCounted(at, "cleared", 100);
});

test("what another script wrote over ours is thrown away", async () => {
  const page = await open(at);
  await page.evaluate(() => {
    const junk = [
      "",
      "{",
      "null",
      '"text"',
      '{"length":3}',
      "[]",
      "[1,null]",
      "[[",
      "\ud800",
      "x".repeat(100_000),
    ];
    for (const [n, value] of junk.entries()) localStorage.setItem(`clickstream.batch.${n}`, value);
    localStorage.setItem("clickstream.visitor", "{}");
  });
  await closeTab(page);
  const next = await open(at, "/next");
  await trackMany(next, "clean", 3);
  await untilCounted(at, "clean", 3);
  await untilEmpty(next);
  assert.ok(at.api.stored.every((event) => /^[\da-f-]{36}$/.test(String(event.clientId))));
});

test("thousands of kept batches: the newest 40 are sent, the rest is counted as dropped", async () => {
  const page = await open(at);
  await page.evaluate(() => {
    for (let n = 0; n < 3_000; n++) {
      const key = `clickstream.batch.00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
      localStorage.setItem(key, `[{"eventName":"kept","n":${n},"eventId":"kept-${n}"}]`);
    }
  });
  await trackMany(page, "after", 1);
  await page.evaluate(() => clickstream.flush());
  await untilCounted(at, "after", 1);
  await untilEmpty(page);
  const kept = at.api.counted("kept").map((event) => event.n);
  assert.deepEqual(
    kept.sort(),
    Array.from({ length: kept.length }, (_, n) => 3_000 - kept.length + n).sort(),
  );
  assert.ok(kept.length >= 38 && kept.length <= 40, `${kept.length} were kept`);
  assert.equal(await page.evaluate(() => clickstream.stats().dropped), 3_000 - kept.length);
});

test("40 batches wait at most, the oldest go and are counted", async () => {
  at.api.fault = () => ({ status: 500 });
  const page = await open(at);
  await trackMany(page, "too_many", 2_200);
  await page.evaluate(() => clickstream.flush());
  const { dropped, waiting } = await page.evaluate(() => clickstream.stats());
  assert.equal(waiting + dropped, 2_201, "with the view of the page");
  // The one that is being sent stays.
  assert.ok(waiting <= 41 * 50 && waiting > 39 * 50, `${waiting} wait`);
  const kept = (await keptKeys(page)).filter((key) => key.includes("batch")).length;
  assert.ok(kept === 40 || kept === 41, `${kept} are kept`);
});

test("413: the batch is halved until it fits", async () => {
  at.api.fault = ({ events }) => (events > 12 ? { status: 413 } : undefined);
  const page = await open(at);
  await trackMany(page, "halved", 50);
  await untilCounted(at, "halved", 50);
  await untilEmpty(page);
  assert.equal(at.api.stored.length, at.api.counted().length);
});

test("413 for a single event, and other 4xx: final, and counted", async () => {
  at.api.fault = ({ events }) => ({ status: events > 1 ? 413 : 403 });
  const page = await open(at);
  await trackMany(page, "refused", 4);
  await page.evaluate(() => clickstream.flush());
  await until("all dropped", () => page.evaluate(() => clickstream.stats().dropped === 5));
  await untilEmpty(page);
});

test("an event that is large alone is sent alone, one that is too large is dropped", async () => {
  const page = await open(at);
  await page.evaluate(() => {
    clickstream.track("big", { n: 0, note: "x".repeat(100_000) });
    clickstream.track("big", { n: 1 });
    clickstream.track("huge", { note: "x".repeat(300_000) });
  });
  await untilCounted(at, "big", 2);
  await untilEmpty(page);
  assert.equal(at.api.counted("huge").length, 0);
  assert.equal(await page.evaluate(() => clickstream.stats().dropped), 1);
});

test("what is not an event never reaches the page as an error", async () => {
  const page = await open(at);
  await page.evaluate(() => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    clickstream.track("", {});
    clickstream.track("no spaces", {});
    clickstream.track("x".repeat(101), {});
    clickstream.track("loop", loop);
    clickstream.track("big_int", { n: 1n });
    clickstream.checkoutComplete({ id: undefined as unknown as string, items: [] });
    for (const odd of [null, 7, "text", [1], { toJSON: () => null }]) clickstream.track("odd", odd as never);
    clickstream.track("fine", { n: 0, eventName: "another", eventId: " " });
  });
  await untilCounted(at, "fine", 1);
  assert.equal(await page.evaluate(() => clickstream.stats().dropped), 5);
  assert.equal(at.api.counted("odd").length, 5);
  assert.ok(at.api.stored.every(({ eventId }) => /^[\da-f-]{36}$/.test(eventId)));
});

test("events that the endpoint refuses one by one are counted", async () => {
  const body = JSON.stringify({ success: true, accepted: 1, rejected: [{ index: 0, message: "no" }] });
  at.api.fault = () => ({ status: 200, body });
  const page = await open(at);
  await trackMany(page, "one_by_one", 2);
  await page.evaluate(() => clickstream.flush());
  await untilEmpty(page);
  const { sent, rejected } = await page.evaluate(() => clickstream.stats());
  assert.deepEqual({ sent, rejected }, { sent: 2, rejected: 1 });
});

test("a 200 of somebody else acknowledges nothing", async () => {
  let answers = 2;
  at.api.fault = () => (answers-- > 0 ? { status: 200, body: "<h1>Welcome to our hotel</h1>" } : undefined);
  const page = await open(at);
  await trackMany(page, "hotel", 3);
  await untilCounted(at, "hotel", 3);
});
