import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach } from "node:test";
import { type Browser, type BrowserContext, chromium, type LaunchOptions, type Page } from "playwright-core";
import type { Clickstream } from "../../src/index.ts";
import { Api } from "./api.ts";
import { until } from "./http.ts";
import { Site } from "./site.ts";

declare global {
  var clickstream: Clickstream;
}

/** Chromium of the machine, quiet, with the back/forward cache that Playwright turns off. */
export const launchOptions: LaunchOptions = {
  executablePath: ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path)),
  ignoreDefaultArgs: ["--disable-back-forward-cache"],
  chromiumSandbox: process.getuid?.() !== 0,
  args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
};

/** What a test has: a browser of the file, and for itself a site, an API with the real ingest, and a profile. */
export interface World {
  browser: Browser;
  site: Site;
  api: Api;
  context: BrowserContext;
}

/** Registers starting and stopping of what the tests of a file share. */
export function world(): World {
  const world = {} as World;
  before(async () => {
    world.browser = await chromium.launch(launchOptions);
    world.site = await new Site().start();
    world.api = await new Api(world.site.origin).start();
  });
  beforeEach(async () => {
    await world.context?.close();
    world.context = await world.browser.newContext();
    world.api.reset();
    world.site.reset(world.api.endpoint);
  });
  after(async () => {
    await world.browser?.close();
    world.site?.stop();
    await world.api?.stop();
  });
  return world;
}

/** Opens a page of the site and waits until the SDK is there. */
export async function open({ context, site }: World, path = "/"): Promise<Page> {
  const page = await context.newPage();
  await page.goto(site.origin + path);
  await page.waitForFunction(() => typeof globalThis.clickstream?.track === "function");
  return page;
}

/** Opens a page in a browser that nothing drives; what is returned closes it. */
export async function openAlone(url: string): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(tmpdir(), "sbw-sdk-"));
  const { executablePath = "", args = [], chromiumSandbox } = launchOptions;
  const sandbox = chromiumSandbox ? [] : ["--no-sandbox"];
  const alone = ["--headless", "--disable-background-networking", "--disable-component-update"];
  const browser = spawn(executablePath, [...alone, ...args, ...sandbox, `--user-data-dir=${profile}`, url], {
    stdio: "ignore",
  });
  return async () => {
    browser.kill();
    await once(browser, "exit");
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
}

/** Tracks so many events of a name, at once. */
export const trackMany = (page: Page, name: string, count: number): Promise<void> =>
  page.evaluate(
    ([name, count]) => {
      for (let n = 0; n < count; n++) clickstream.track(name, { n });
    },
    [name, count] as const,
  );

/** Closes a page as a person does, running the handlers of a page that goes away. */
export async function closeTab(page: Page): Promise<void> {
  const closed = page.waitForEvent("close");
  await page.close({ runBeforeUnload: true });
  await closed;
}

/** Waits until exactly the events 0 to count − 1 of a name are counted, and nothing waits in a page's outbox. */
export async function untilCounted(
  { api }: World,
  name: string,
  count: number,
  limit?: number,
): Promise<void> {
  await until(`${count} × ${name}`, () => api.counted(name).length >= count, limit).catch((error) => {
    throw new Error(`${error.message}; there are ${api.counted(name).length}`);
  });
  const numbers = api.counted(name).map((event) => event.n);
  assert.deepEqual(
    numbers.sort((a, b) => Number(a) - Number(b)),
    Array.from({ length: count }, (_, n) => n),
  );
}

/** Keys of the SDK that the storage holds. */
export const keptKeys = (page: Page): Promise<string[]> =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("clickstream.")));

/** Waits until the page's outbox and storage hold no batch. */
export const untilEmpty = (page: Page): Promise<void> =>
  until("an empty outbox", async () => {
    const waiting = await page.evaluate(() => clickstream.stats().waiting);
    return waiting === 0 && (await keptKeys(page)).every((key) => !key.includes("batch"));
  });
