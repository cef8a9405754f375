import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { open, openAlone, world } from "./support/browser.ts";
import { until } from "./support/http.ts";

const at = world();

/** The page views that are counted, as path and referrer's path. */
async function views(page: Page, count: number): Promise<string[]> {
  await page.evaluate(() => clickstream.flush());
  const seen = () => at.api.counted("page_view");
  await until(`${count} page views`, () => seen().length >= count).catch((error) => {
    throw new Error(`${error.message}; there are ${JSON.stringify(seen().map(line))}`);
  });
  return seen()
    .sort((a, b) => (a.eventId < b.eventId ? -1 : 1))
    .map(line);
}

const short = (url: unknown) => String(url ?? "-").replace(at.site.origin, "");
const line = (event: Record<string, unknown>) => `${short(event.pageUrl)} from ${short(event.referrer)}`;

test("soft navigations are views, changes of query and fragment are not", async () => {
  const page = await open(at, "/?utm_source=zalo&secret=1#top");
  await page.evaluate(() => {
    history.pushState(null, "", "/category/keyboard?sort=price");
    history.replaceState(null, "", "/category/keyboard?sort=name&q=aula");
    history.pushState(null, "", "#more");
    history.pushState(null, "", "/product/1");
    history.replaceState(null, "", "/product/1");
  });
  await page.goBack();
  assert.deepEqual(await views(page, 4), [
    "/?utm_source=zalo from -",
    "/category/keyboard from /?utm_source=zalo",
    "/product/1 from /category/keyboard?q=aula",
    "/category/keyboard?q=aula from /product/1",
  ]);
});

test("without the Navigation API the same", async () => {
  await at.context.addInitScript(() => Object.defineProperty(window, "navigation", { value: undefined }));
  const page = await open(at);
  await page.evaluate(() => {
    history.pushState({ own: 1 }, "", "/a");
    history.replaceState(null, "", "/b?x=1");
    history.pushState(null, "", "/b?x=2");
  });
  assert.deepEqual(await views(page, 3), ["/ from -", "/a from /", "/b from /a"]);
  await page.goBack();
  await page.goBack();
  assert.equal((await views(page, 4)).at(-1), "/ from /b");
});

test("a page that the back/forward cache brings back is viewed again", async () => {
  const page = await open(at);
  await page.evaluate(() => {
    Object.assign(window, { mark: 1 });
    clickstream.track("before", { n: 0 });
  });
  await page.goto(`${at.site.origin}/next`);
  await page.goBack({ waitUntil: "commit" });
  await page.waitForFunction(() => "mark" in window);
  assert.deepEqual(await views(page, 3), ["/ from -", "/next from -", "/ from -"]);
  assert.equal(at.site.visits.filter(({ path }) => path === "/").length, 1, "it was not loaded again");
  assert.equal(at.api.counted("before").length, 1);
});

test("neither an outbox in trouble nor a slow answer keeps a page out of the back/forward cache", async () => {
  for (const fault of [{ status: 500 }, { delay: 3_000 }]) {
    at.api.fault = () => fault;
    const page = await open(at);
    await page.evaluate(() => {
      Object.assign(window, { mark: 1 });
      for (let n = 0; n < 200; n++) clickstream.track("trouble", { n });
    });
    const known = at.api.requests.length;
    await until("a try", () => at.api.requests.length > known);
    await page.goto(`${at.site.origin}/next`);
    await page.goBack({ waitUntil: "commit" });
    const state = await page.evaluate(() => {
      const [entry] = performance.getEntriesByType("navigation") as (PerformanceEntry & {
        notRestoredReasons?: unknown;
      })[];
      return { isBack: "mark" in window, why: entry?.notRestoredReasons };
    });
    assert.ok(state.isBack, `with ${JSON.stringify(fault)}: ${JSON.stringify(state.why)}`);
  }
  at.api.fault = () => undefined;
});

test("a prerendered page is viewed when it is shown", async () => {
  const rules = JSON.stringify({ prerender: [{ urls: ["/next"], eagerness: "immediate" }] });
  const head = '<script defer src="/clickstream.js"></script><script defer src="/own.js"></script>';
  at.site.pages.set("/", { head: `${head}<script type="speculationrules">${rules}</script>` });
  at.site.pages.set("/next", { head });
  at.site.scripts.set("/show.js", "not yet");
  at.site.scripts.set(
    "/own.js",
    `
    const isFirst = location.pathname === "/";
    if (!isFirst) clickstream.productView({ id: "7" });
    clickstream.flush();
    if (isFirst) setInterval(async () => {
      const answer = await fetch("/show.js");
      if (await answer.text() === "now") location.href = "/next";
    }, 50);
    else fetch("/prerendered");`,
  );
  // On its own: a page that Playwright looks at does not run before it is shown.
  const close = await openAlone(at.site.origin);
  try {
    await until("a prerendered page", () => at.site.visits.some(({ path }) => path === "/prerendered"));
    const visits = at.site.visits.filter(({ path }) => path === "/next");
    assert.deepEqual(
      visits.map(({ headers }) => headers["sec-purpose"]),
      ["prefetch;prerender"],
    );
    const shown = Date.now();
    at.site.scripts.set("/show.js", "now");
    await until("the views", () => at.api.counted("product_view").length === 1);
    const told = at.api.counted().filter(({ pageUrl }) => pageUrl === `${at.site.origin}/next`);
    assert.deepEqual(told.map(({ eventName }) => eventName).sort(), ["page_view", "product_view"]);
    assert.ok(
      told.every(({ eventTimestamp }) => Date.parse(eventTimestamp) >= shown),
      "when it is shown",
    );
    assert.equal(at.site.visits.filter(({ path }) => path === "/next").length, 1, "it was not loaded again");
  } finally {
    await close();
  }
});

test("a strict Content-Security-Policy is obeyed", async () => {
  const policy = `default-src 'none'; script-src 'self'; connect-src ${new URL(at.api.endpoint).origin}; require-trusted-types-for 'script'; trusted-types 'none'`;
  at.site.pages.set("/", { headers: { "Content-Security-Policy": policy } });
  const page = await at.context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(at.site.origin);
  assert.deepEqual(await views(page, 1), ["/ from -"]);
  assert.deepEqual(complaints, []);
});

test("one global, and one instance however often the script is loaded", async () => {
  const tag = '<script src="/clickstream.js"></script>';
  at.site.pages.set("/", { head: tag + tag });
  at.site.pages.set("/blank", { head: "" });
  const blank = await at.context.newPage();
  await blank.goto(`${at.site.origin}/blank`);
  const before = await blank.evaluate(() => Object.getOwnPropertyNames(window));
  const page = await open(at);
  const after = await page.evaluate(() => Object.getOwnPropertyNames(window));
  assert.deepEqual(
    after.filter((name) => !before.includes(name)),
    ["clickstream"],
  );
  assert.deepEqual(await views(page, 1), ["/ from -"]);
  assert.equal(at.api.counted("page_view").length, 1);
});

test("attributes of the script tag say how it starts", async () => {
  const attributes = `data-clickstream="${at.api.endpoint}" data-clickstream-robots data-clickstream-auto-page-views="false"`;
  at.site.pages.set("/", {
    attributes: 'data-clickstream-consent="granted"',
    head: `<script defer src="/clickstream.js" ${attributes} data-clickstream-allow-query="sort"></script>`,
  });
  const page = await open(at, "/?sort=price&token=1");
  await page.evaluate(() => clickstream.homeView());
  await page.evaluate(() => clickstream.flush());
  assert.deepEqual(
    at.api.counted().map((event) => `${event.eventName} ${line(event)}`),
    ["home_view /?sort=price from -"],
  );
});
