import { once } from "node:events";
import type { Browser } from "playwright-core";
import { afterEach, expect, test } from "vitest";
import { launch } from "./browser";
import { Door } from "./door";
import { FREE_PORTS, Platform } from "./local";
import { repeatable } from "./report";
import { type Day, shop, unsentOf } from "./shoppers";

/** The numbers of the same shoppers, whatever else happens. Written anew by `npm run test:platform -- -u`. */
const EXPECTED = "expected-report.json";
const NEVER = "24h";

let platform: Platform;
let browser: Browser;
let door: Door;

/** From an empty warehouse, with the built shop; the ETL runs by itself, or when a test starts it. */
async function open(etlEvery?: string): Promise<Day> {
  platform = await Platform.start(FREE_PORTS, etlEvery);
  door = await Door.to(Number(new URL(platform.address("API")).port));
  browser = await launch(door.flag);
  return {
    browser,
    shop: platform.shop,
    offline: 3_000,
    async withoutApi(work) {
      await door.shut();
      await work();
      await door.unlock();
    },
  };
}

afterEach(async () => {
  await browser?.close();
  await door?.shut();
  await platform?.stop();
});

/** Runs the ETL as the program; how it ended. */
async function load(): Promise<Record<string, number>> {
  const run = platform.load();
  let said = "";
  run.stdout?.on("data", (text) => {
    said += text;
  });
  const [code] = await once(run, "close");
  expect(code).toBe(0);
  return JSON.parse(said);
}

/** The ETL of the platform has looked at everything once more, and found nothing new. */
async function loaded(): Promise<void> {
  const now = Date.now();
  const lastRun = () => {
    const { started_at, status, objects } = platform.report("pipeline").last_run;
    return { isLater: Date.parse(started_at) > now, status, objects };
  };
  await expect
    .poll(lastRun, { timeout: 60_000, interval: 500 })
    .toEqual({ isLater: true, status: "complete", objects: 0 });
}

/** Kills the ETL at work: when it wants to write a table that somebody else holds. */
async function killWhileWriting(table: string): Promise<void> {
  const operator = await platform.connect("clickstream_dw");
  await operator.query(`begin; lock table ${table} in share row exclusive mode`);
  const run = platform.load();
  const waiting = `select count(*)::int from pg_locks where not granted and relation = '${table}'::regclass`;
  await expect
    .poll(async () => (await operator.query(waiting)).rows, { timeout: 20_000 })
    .toEqual([{ count: 1 }]);
  run.kill("SIGKILL");
  await once(run, "close");
  await operator.end();
}

/** The report, the shop's books and its stock say the same, and what they said before. */
async function agree(stockBefore: string): Promise<void> {
  // A week of days, by a clock on which midnight is half a day away.
  const hours = new Date().getUTCHours() - 12;
  const zone = `Etc/GMT${hours < 0 ? hours : `+${hours}`}`;
  const report = platform.report("all", "--tz", zone);
  await expect(`${JSON.stringify(repeatable(report), undefined, 2)}\n`).toMatchFileSnapshot(EXPECTED);

  const { orders, revenue_vnd, units } = report.overview;
  const books = "select count(*), sum(total_vnd) from orders";
  expect(platform.ask(books)).toBe(`${orders}|${revenue_vnd}`);
  const sold = "select sum(quantity) from order_items";
  expect(platform.ask(sold)).toBe(String(units));
  // Of each product so many pieces are gone as were ordered.
  const stock = `select product_id, stock + coalesce((select sum(quantity) from order_items i
    where i.product_id = inventory.product_id), 0) from inventory order by 1`;
  expect(platform.ask(stock)).toBe(stockBefore);
  expect(platform.reconciled()).toMatchObject({ agree: true, shop_orders: orders, same: orders });
}

const stock = () => platform.ask("select product_id, stock from inventory order by 1");

test("what is done in the browser is what the report says, a minute offline included", async () => {
  const day = await open();
  const before = stock();
  await shop({ ...day, offline: 60_000 });
  await loaded();
  await agree(before);
}, 300_000);

test("the API stops half-way and is started again: the same report", async () => {
  const day = await open();
  const before = stock();
  await shop({
    ...day,
    async halfway(page) {
      // It ends between storing and answering.
      door.loseAnswers();
      await page.evaluate("clickstream.flush()");
      expect(door.lost).toBeGreaterThan(0);
      await door.shut();
      expect(await unsentOf(page)).toBeGreaterThan(0);
    },
    over: () => door.unlock(),
  });
  await loaded();
  await agree(before);
}, 300_000);

test("the ETL is killed while it loads: the same report", async () => {
  const day = await open(NEVER);
  const before = stock();
  await shop({
    ...day,
    async halfway(page) {
      await page.evaluate("clickstream.flush()");
      await killWhileWriting("public.clickstream_events");
    },
    async over() {
      await killWhileWriting("rollups.event_counts");
    },
  });
  await load();
  expect(await load()).toMatchObject({ objects: 0, remaining: 0, refresh_pending: 0 });
  await agree(before);
}, 300_000);
