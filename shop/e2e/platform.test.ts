import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  answerConsent,
  fillDelivery,
  launch,
  ORDER_BUTTON,
  putIntoCart,
  type Visitor,
  visitor,
} from "./browser";

/** The whole platform on this machine, from an empty warehouse, with the built shop. */
let platform: ChildProcess;
let browser: Browser;
let said = "";

beforeAll(async () => {
  const shop = join(import.meta.dirname, "../.next/standalone");
  const flags = ["--headless", "--days=0", "--no-traffic", "--etl-every=1s", "--api-port=0", "--shop-port=0"];
  platform = spawn(program(), [...flags, `--shop=${shop}`], {
    env: { ...process.env, SBW_NODE: process.execPath, CLICKSTREAM_ROBOTS: "true" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  platform.stdout?.on("data", (text) => {
    said += text;
  });
  browser = await launch();
  await until(() => said.includes("Ctrl-C stops everything"));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  platform.kill();
  if (platform.exitCode === null) await once(platform, "exit");
});

function program(): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/sbw/target");
  const named = process.env.SBW_LOCAL;
  const built = [named, join(target, "release/sbw-local"), join(target, "debug/sbw-local")];
  const found = built.find((path) => path && existsSync(path));
  if (!found)
    throw new Error("sbw-local is not built: cargo build --release -p sbw-local, or name it in SBW_LOCAL");
  return found;
}

async function until(met: () => boolean): Promise<void> {
  while (!met()) {
    if (platform.exitCode !== null) throw new Error(`the platform ended: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What stands after this name in the list of addresses. */
function address(name: string): string {
  const line = said.split("\n").find((one) => one.startsWith(`${name} `));
  if (!line) throw new Error(`no ${name} in ${said}`);
  return line.slice(name.length).trim();
}

function ask(sql: string): string {
  const command = `${address("shop data")} -X -A -t -c "$0"`;
  return execFileSync("sh", ["-c", command, sql], { encoding: "utf8" }).trim();
}

function overview(): Record<string, number> {
  const command = `${address("dashboard")} report overview --format json`;
  return JSON.parse(execFileSync("sh", ["-c", command], { encoding: "utf8" }));
}

async function order(page: Page): Promise<void> {
  await fillDelivery(page);
  await page.click(ORDER_BUTTON);
  await page.waitForURL("**/success/*");
  await page.waitForSelector("h1:has-text('Cảm ơn')");
}

/** Opens the shop and agrees to be counted. */
async function shopper(): Promise<Visitor> {
  const one = await visitor(browser, address("shop").split(" ")[0] ?? "");
  await one.page.goto("/");
  await answerConsent(one.page, "granted");
  return one;
}

/** Comes back to the home page, which sends what is unsent, and closes when all is quiet. */
async function leave({ page, context, troubles }: Visitor): Promise<void> {
  await page.goto("/", { waitUntil: "networkidle" });
  await context.close();
  expect(troubles).toEqual([]);
}

/** Waits until the warehouse has so many orders, each of them told. */
async function arrived(orders: number): Promise<void> {
  const both = () => [overview().orders, overview().checkout_completes];
  await expect.poll(both, { timeout: 60_000, interval: 500 }).toEqual([orders, orders]);
}

test("what is bought in the browser is what the report shows", async () => {
  const guest = await shopper();
  await putIntoCart(guest.page, "ban-phim-aula-m75-tm", 2);
  await putIntoCart(guest.page, "chuot-edra-em640", 3);
  await guest.page.click("text=Tiến hành đặt hàng");
  await order(guest.page);
  // None of this is another order.
  await guest.page.reload();
  await guest.page.goBack();
  await guest.page.goForward();
  const tab = await guest.context.newPage();
  await tab.goto(guest.page.url());
  await tab.waitForSelector("h1:has-text('Cảm ơn')");
  await leave(guest);

  const customer = await shopper();
  await putIntoCart(customer.page, "laptop-dell-xps-13-9350-71058714");
  await customer.page.click("text=Tiến hành đặt hàng");
  await customer.page.click("main >> text=đăng nhập");
  await customer.page.click("text=Nguyễn Minh Anh");
  await customer.page.waitForURL("**/checkout");
  await order(customer.page);
  await leave(customer);

  const sold = Number(ask("select sum(total_vnd) from orders"));
  const pieces = Number(ask("select sum(quantity) from order_items"));
  expect(sold).toBe(2 * 1_790_000 + 3 * 290_000 + 52_190_000);
  await arrived(2);
  expect(overview()).toMatchObject({
    orders: 2,
    orders_inferred: 0,
    revenue_vnd: sold,
    units: pieces,
    sessions: 2,
    unique_clients: 2,
    unique_users: 1,
    add_to_cart_clicks: 3,
  });
  // What was sold is gone from stock, and nothing else.
  const stock = "select stock from inventory join products on id = product_id";
  expect(ask(`${stock} where slug = 'chuot-edra-em640'`)).toBe("47");
}, 180_000);

test("who buys while the API is away, and closes the tab, is counted when they come back", async () => {
  const { orders: before = 0 } = overview();
  const one = await shopper();
  await one.page.waitForLoadState("networkidle");
  const events = `${new URL(address("API")).origin}/**`;
  await one.context.route(events, (route) => route.abort());
  await putIntoCart(one.page, "chuot-msi-clutch-gm11");
  await one.page.goto("/checkout");
  await order(one.page);
  await one.page.close();
  expect(overview().orders).toBe(before);

  await one.context.unroute(events);
  const page = await one.context.newPage();
  await page.goto("/");
  await arrived(before + 1);
  expect(overview().revenue_vnd).toBe(Number(ask("select sum(total_vnd) from orders")));
  await one.context.close();
}, 180_000);

test("the shop is started again when it ends, with everybody's cart", async () => {
  const one = await shopper();
  await putIntoCart(one.page, "chuot-razer-viper-mini");
  const port = new URL(one.page.url()).port;
  const [pid] = execFileSync(
    "sh",
    ["-c", `ss -ltnp 'sport = :${port}' | grep -o 'pid=[0-9]*' | cut -d= -f2`],
    {
      encoding: "utf8",
    },
  ).split("\n");
  process.kill(Number(pid), "SIGKILL");
  const health = () =>
    fetch(`${new URL(one.page.url()).origin}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(health, { timeout: 30_000 }).toBe(false);
  await expect.poll(health, { timeout: 30_000 }).toBe(true);
  await one.page.goto("/cart");
  await one.page.waitForSelector("main >> text=Chuột Razer Viper Mini");
  await one.context.close();
}, 120_000);
