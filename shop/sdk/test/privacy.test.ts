import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chromium, type Page } from "playwright-core";
import {
  closeTab,
  keptKeys,
  launchOptions,
  open,
  trackMany,
  untilCounted,
  world,
} from "./support/browser.ts";
import { until } from "./support/http.ts";

const at = world();

const flush = (page: Page) => page.evaluate(() => clickstream.flush());
const names = () => at.api.counted().map(({ eventName }) => eventName);

test("pending keeps events in memory, granted sends them, denied forgets", async () => {
  at.site.pages.set("/", { attributes: 'data-clickstream-robots data-clickstream-consent="pending"' });
  const page = await open(at);
  await trackMany(page, "waits", 120);
  await flush(page);
  assert.deepEqual(await keptKeys(page), []);
  assert.equal(at.api.requests.length, 0);

  await page.evaluate(() => clickstream.consent("granted"));
  await untilCounted(at, "waits", 120);
  assert.equal(at.api.counted("page_view").length, 1);
  assert.equal(new Set(at.api.stored.map((event) => event.clientId)).size, 1);

  const sent = at.api.requests.length;
  at.api.fault = () => ({ status: 500 });
  await trackMany(page, "unsent", 60);
  await until("a try", () => at.api.requests.length > sent);
  await page.evaluate(() => clickstream.consent("denied"));
  at.api.fault = () => undefined;
  await trackMany(page, "refused", 60);
  await flush(page);
  assert.deepEqual(await keptKeys(page), []);
  await closeTab(page);
  // A page that may send says that nothing else is on its way.
  await flush(await open(at, "/granted"));
  assert.deepEqual(
    names().filter((name) => name === "unsent" || name === "refused"),
    [],
  );
});

test("a choice before it starts counts, and a later yes starts anew", async () => {
  at.site.pages.set("/", { attributes: 'data-clickstream-robots data-clickstream-consent="denied"' });
  const page = await open(at);
  await trackMany(page, "denied", 3);
  await page.evaluate(() => clickstream.consent("granted"));
  await trackMany(page, "granted", 3);
  await untilCounted(at, "granted", 3);
  assert.deepEqual(new Set(names()), new Set(["granted"]));
});

test("Global Privacy Control sends nothing, stores nothing, and no consent overrules it", async () => {
  const before = await open(at);
  await flush(before);
  await closeTab(before);
  const known = at.api.stored.length;
  await at.context.addInitScript(() =>
    Object.defineProperty(navigator, "globalPrivacyControl", { value: true }),
  );
  const page = await open(at);
  await page.evaluate(() => clickstream.consent("granted"));
  await trackMany(page, "private", 60);
  await flush(page);
  assert.deepEqual(await keptKeys(page), [], "and forgets what was there");
  assert.equal(at.api.stored.length, known);
});

test("robots send nothing unless told to", async () => {
  at.site.pages.set("/", { attributes: "" });
  const page = await open(at);
  await trackMany(page, "robot", 60);
  await flush(page);
  assert.deepEqual(await keptKeys(page), []);
  assert.equal(at.api.requests.length, 0);
});

test("clicks: nothing that people type, and only what is allowed", async () => {
  at.site.pages.set("/", {
    body: `
      <form onsubmit="return false">
        <label id="label" for="email">E-mail</label>
        <input id="email" type="email" value="ba@example.vn" data-cs-field="email" data-secret="1">
        <input id="password" type="password" value="hunter2">
        <textarea id="note">my note</textarea>
        <select id="city"><option>Huế</option></select>
        <div id="own" contenteditable role="button">my text</div>
        <button id="buy" aria-label=" Mua   ngay " data-cs-order-id="7" data-user="ba@example.vn"><b id="inner">Mua</b></button>
        <a id="account" href="#x">Xin chào ba@example.vn</a>
        <a id="long" href="#y">${"ấ".repeat(159)}😀😀</a>
      </form>
      <p id="plain">no control</p>
      <div data-cs-ignore><button id="ignored">ignored</button></div>`,
  });
  const page = await open(at);
  for (const id of ["label", "password", "note", "own", "inner", "account", "long", "plain", "ignored"]) {
    await page.click(`#${id}`);
  }
  await page.evaluate(() => document.getElementById("buy")?.click());
  await flush(page);
  await until("the clicks", () => at.api.counted("click").length >= 7);
  assert.deepEqual(
    at.api.counted("click").map((event) => event.element),
    [
      { tag: "input", id: "email", dataset: { field: "email" } },
      { tag: "input", id: "password", dataset: {} },
      { tag: "textarea", id: "note", dataset: {} },
      { tag: "div", id: "own", role: "button", dataset: {} },
      { tag: "button", id: "buy", text: "Mua ngay", dataset: { orderId: "7" } },
      { tag: "a", id: "account", text: "Xin chào …", dataset: {} },
      { tag: "a", id: "long", text: "ấ".repeat(159), dataset: {} },
    ],
  );
  assert.doesNotMatch(JSON.stringify(at.api.stored), /example\.vn|hunter2|my note|my text|Huế/);
});

test("an element names its event and product", async () => {
  const product = JSON.stringify({ id: "101", name: "Bàn phím", price: 1_990_000 }).replaceAll('"', "&quot;");
  at.site.pages.set("/", {
    body: `<article data-cs-product="${product}"><button data-cs-event="add_to_cart_click" data-cs-quantity="2">Thêm</button></article>
      <button id="broken" data-cs-event="share_click" data-cs-product="{">Chia sẻ</button>`,
  });
  const page = await open(at);
  await page.click("article button");
  await page.click("#broken");
  await flush(page);
  const [added] = at.api.counted("add_to_cart_click");
  assert.deepEqual(added?.product, { id: "101", name: "Bàn phím", price: 1_990_000 });
  assert.equal(added?.quantity, 2);
  assert.equal(at.api.counted("share_click").length, 1);
  assert.equal(at.api.counted("click").length, 2);
});

test("pages of signing in are not told, neither as page nor as referrer", async () => {
  const page = await open(at, "/auth/callback?code=secret");
  await page.evaluate(() => {
    document.body.innerHTML = "<button>go on</button>";
  });
  await page.click("button");
  await page.evaluate(() => {
    clickstream.loginSuccess();
    history.replaceState(null, "", "/account");
  });
  await flush(page);
  const told = at.api.counted().map(({ eventName, pageUrl, referrer }) => [eventName, pageUrl, referrer]);
  assert.deepEqual(told, [
    ["login_success", undefined, undefined],
    ["page_view", `${at.site.origin}/account`, undefined],
  ]);
});

test("blocked storage: everything is sent, by one visitor of this page", async () => {
  const profile = await mkdtemp(join(tmpdir(), "sbw-sdk-"));
  try {
    await mkdir(join(profile, "Default"));
    const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
    await writeFile(join(profile, "Default/Preferences"), JSON.stringify(preferences));
    const context = await chromium.launchPersistentContext(profile, launchOptions);
    const page = await open({ ...at, context });
    const blocked = await page.evaluate(() => {
      try {
        return !window.localStorage;
      } catch {
        return true;
      }
    });
    assert.ok(blocked, "the browser blocks it");
    await trackMany(page, "blocked", 120);
    await untilCounted(at, "blocked", 120);
    assert.equal(new Set(at.api.stored.map((event) => event.sessionId)).size, 1);
    await context.close();
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
});
