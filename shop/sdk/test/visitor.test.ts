import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { closeTab, open, world } from "./support/browser.ts";
import type { StoredEvent } from "./support/ingest.ts";

const at = world();
const HOUR = 60 * 60_000;

/** Sets the clock of a page, and of the ones that its tab loads later. */
const setClock = (page: Page, ahead: number) =>
  page.evaluate((ahead) => {
    const clock = window as unknown as { realDate?: DateConstructor };
    clock.realDate ??= Date;
    const Real = clock.realDate;
    window.Date = class extends Real {
      constructor(...args: unknown[]) {
        super(...((args.length ? args : [Real.now() + ahead]) as [number]));
      }
      static override now = () => Real.now() + ahead;
    } as DateConstructor;
  }, ahead);

/** Tracks an event and returns it as stored. */
async function tell(page: Page, name: string): Promise<StoredEvent> {
  await page.evaluate((name) => clickstream.track(name), name);
  await page.evaluate(() => clickstream.flush());
  const [event] = at.api.counted(name);
  assert.ok(event, `${name} is stored`);
  return event;
}

test("a session ends after 30 minutes without an event, and after a day; the client stays", async () => {
  const page = await open(at);
  const first = await tell(page, "first");
  await setClock(page, 29 * 60_000);
  const second = await tell(page, "second");
  await setClock(page, 58 * 60_000);
  const third = await tell(page, "third");
  await setClock(page, 89 * 60_000);
  const fourth = await tell(page, "fourth");
  assert.equal(second.sessionId, first.sessionId);
  assert.equal(third.sessionId, first.sessionId);
  assert.notEqual(fourth.sessionId, first.sessionId);
  assert.equal(fourth.clientId, first.clientId);
  assert.deepEqual(
    [first, third, fourth].map((event) => event.isFirstVisit),
    [true, true, false],
  );

  const sessions = new Set<unknown>();
  for (let minutes = 100; minutes < 100 + 25 * 60; minutes += 25) {
    await setClock(page, minutes * 60_000);
    await page.evaluate((n) => clickstream.track("awake", { n }), minutes);
  }
  await page.evaluate(() => clickstream.flush());
  for (const event of at.api.counted("awake")) sessions.add(event.sessionId);
  assert.equal(sessions.size, 2, "a day is the most");
});

test("a tab that was idle takes up the session that another kept alive", async () => {
  const idle = await open(at);
  const active = await open(at, "/active");
  const first = await tell(idle, "idle_first");
  await setClock(active, 20 * 60_000);
  await tell(active, "active");
  await setClock(idle, 40 * 60_000);
  assert.equal((await tell(idle, "idle_again")).sessionId, first.sessionId);
});

test("the next page is the same visitor; reset makes another", async () => {
  const page = await open(at);
  const first = await tell(page, "first");
  await closeTab(page);
  const next = await open(at, "/next");
  const second = await tell(next, "second");
  assert.deepEqual([second.clientId, second.sessionId], [first.clientId, first.sessionId]);
  await next.evaluate(() => clickstream.reset());
  const third = await tell(next, "third");
  assert.notEqual(third.clientId, first.clientId);
  assert.notEqual(third.sessionId, first.sessionId);
  assert.equal(third.isFirstVisit, true);
});

test("a clock that is an hour off: times are right, and ids ascend when it jumps back", async () => {
  const page = await open(at);
  for (const ahead of [HOUR, -HOUR]) {
    await setClock(page, ahead);
    const event = await tell(page, ahead > 0 ? "ahead" : "behind");
    const error = Date.parse(event.eventTimestamp) - Date.now();
    assert.ok(Math.abs(error) < 5_000, `${error} ms wrong`);
  }
  await page.evaluate(() => {
    for (let n = 0; n < 1_000; n++) clickstream.track("order", { n });
  });
  await page.evaluate(() => clickstream.flush());
  const ids = at.api.counted().map(({ eventId }) => eventId);
  const inOrder = at.api
    .counted("order")
    .sort((a, b) => Number(a.n) - Number(b.n))
    .map(({ eventId }) => eventId);
  assert.deepEqual(inOrder, inOrder.toSorted());
  assert.equal(new Set(ids).size, ids.length);
});

test("who is signed in is on every event, also on those of the page before it was known", async () => {
  const page = await open(at);
  await page.evaluate(() => {
    clickstream.homeView();
    clickstream.identify({ userId: "us-1", identitySource: "cognito_email" });
    clickstream.track("signed_in");
    clickstream.identify(null);
    clickstream.logout();
    clickstream.identify({ userId: "us-2", loginState: "guest" });
    clickstream.track("guest");
  });
  await page.evaluate(() => clickstream.flush());
  const who = (name: string) => {
    const [event] = at.api.counted(name);
    return [event?.userId, event?.userLoginState, event?.identitySource];
  };
  assert.deepEqual(who("page_view"), ["us-1", "logged_in", "cognito_email"]);
  assert.deepEqual(who("home_view"), ["us-1", "logged_in", "cognito_email"]);
  assert.deepEqual(who("signed_in"), ["us-1", "logged_in", "cognito_email"]);
  assert.deepEqual(who("logout"), [undefined, "anonymous", "anonymous"]);
  // Ingest adds the last.
  assert.deepEqual(who("guest"), ["us-2", "guest", "anonymous"]);
});

test("nobody said who it is: anonymous", async () => {
  const page = await open(at);
  const event = await tell(page, "nobody");
  assert.deepEqual(
    [event.userId, event.userLoginState, event.identitySource],
    [undefined, "anonymous", "anonymous"],
  );
});
