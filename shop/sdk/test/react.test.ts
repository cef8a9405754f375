import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { build } from "tsdown";
import { clickstream, start } from "../src/index.ts";
import { open, world } from "./support/browser.ts";
import { until } from "./support/http.ts";

const at = world();

/** The page's script with React's development build: StrictMode runs effects twice in it. */
async function bundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sbw-sdk-"));
  await build({
    entry: { shop: new URL("pages/shop.tsx", import.meta.url).pathname },
    outDir: folder,
    format: "iife",
    platform: "browser",
    dts: false,
    config: false,
    logLevel: "silent",
    deps: { alwaysBundle: [/.*/], onlyBundle: false },
    define: { "process.env.NODE_ENV": '"development"' },
    outputOptions: { entryFileNames: "[name].js" },
  });
  const script = await readFile(join(folder, "shop.js"), "utf8");
  await rm(folder, { recursive: true });
  return script;
}

const script = await bundle();

async function openShop(): Promise<Page> {
  at.site.scripts.set("/shop.js", script);
  at.site.pages.set("/", { head: "", body: '<div id="root"></div><script src="/shop.js"></script>' });
  const page = await open(at);
  await page.waitForSelector("#render");
  return page;
}

const productViews = () =>
  at.api.counted("product_view").map((event) => (event.product as { id: string }).id);

test("StrictMode and re-rendering: a view is sent once, another product is another view", async () => {
  const page = await openShop();
  await page.click("#render");
  await page.waitForSelector("main[data-count='1']");
  await page.click("#other");
  await page.click("#render");
  await page.waitForSelector("main[data-count='2']");
  // Taken away and shown again.
  await page.click("#render");
  await page.waitForSelector("main[data-count='3']");
  await page.evaluate(() => clickstream.flush());
  assert.deepEqual(productViews(), ["1", "2", "2"]);
  assert.equal(at.api.counted("category_view").length, 1);
  assert.equal(at.api.counted("page_view").length, 1);
  assert.equal(at.api.counted("click").length, 4);
});

test("the user that the layout knows is on every event, until it says otherwise", async () => {
  const page = await openShop();
  await page.evaluate(() => clickstream.flush());
  assert.deepEqual(new Set(at.api.counted().map(({ userId }) => userId)), new Set(["us-1"]));
  for (let n = 1; n <= 4; n++) await page.click("#render");
  await page.waitForSelector("main[data-count='4']");
  await page.evaluate(() => clickstream.track("after"));
  await page.evaluate(() => clickstream.flush());
  assert.deepEqual(
    at.api.counted("after").map(({ userLoginState }) => userLoginState),
    ["anonymous"],
  );
});

test("a view comes back with the back/forward cache", async () => {
  const page = await openShop();
  await page.goto(`${at.site.origin}/next`);
  await page.goBack({ waitUntil: "commit" });
  await page.evaluate(() => clickstream.flush());
  await until("the view again", () => productViews().length === 2);
  assert.deepEqual(productViews(), ["1", "1"]);
});

test("on a server nothing happens", async () => {
  const { Clickstream, TrackView } = await import("../src/react.ts");
  const html = renderToString(
    createElement(
      "p",
      null,
      createElement(Clickstream, { user: null }),
      createElement(TrackView, { event: "home_view" }),
    ),
  );
  assert.equal(html, "<p></p>");
  assert.equal(start({ endpoint: "http://127.0.0.1:1/clickstream" }), clickstream);
  clickstream.homeView();
  clickstream.identify({ userId: "us-1" });
  clickstream.consent("granted");
  clickstream.reset();
  await clickstream.flush();
  assert.deepEqual(clickstream.stats(), { sent: 0, rejected: 0, dropped: 0, waiting: 0 });
  assert.equal("clickstream" in globalThis, false);
});
