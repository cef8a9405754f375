import { execFileSync } from "node:child_process";
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
import { Platform } from "./local";

/** From an empty warehouse, with the built shop. */
let platform: Platform;
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
  platform = await Platform.start();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

async function order(page: Page): Promise<void> {
  await fillDelivery(page);
  await page.click(ORDER_BUTTON);
  await page.waitForURL("**/success/*");
  await page.waitForSelector("h1:has-text('Cảm ơn')");
}

/** Opens the shop and agrees to be counted. */
async function shopper(): Promise<Visitor> {
  const one = await visitor(browser, platform.shop);
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
  const both = () => [platform.overview().orders, platform.overview().checkout_completes];
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

  const sold = Number(platform.ask("select sum(total_vnd) from orders"));
  const pieces = Number(platform.ask("select sum(quantity) from order_items"));
  expect(sold).toBe(2 * 1_790_000 + 3 * 290_000 + 52_190_000);
  await arrived(2);
  expect(platform.overview()).toMatchObject({
    orders: 2,
    orders_inferred: 0,
    revenue_vnd: sold,
    units: pieces,
    sessions: 2,
    unique_clients: 2,
    unique_users: 1,
    add_to_cart_clicks: 3,
  });
  expect(platform.reconciled()).toMatchObject({ agree: true, shop_orders: 2, same: 2, warehouse_orders: 2 });
  // What was sold is gone from stock, and nothing else.
  const stock = "select stock from inventory join products on id = product_id";
  expect(platform.ask(`${stock} where slug = 'chuot-edra-em640'`)).toBe("47");
}, 180_000);

test("who buys while the API is away, and closes the tab, is counted when they come back", async () => {
  const { orders: before = 0 } = platform.overview();
  const one = await shopper();
  await one.page.waitForLoadState("networkidle");
  const events = `${new URL(platform.address("API")).origin}/**`;
  await one.context.route(events, (route) => route.abort());
  await putIntoCart(one.page, "chuot-msi-clutch-gm11");
  await one.page.goto("/checkout");
  await order(one.page);
  await one.page.close();
  expect(platform.overview().orders).toBe(before);

  await one.context.unroute(events);
  const page = await one.context.newPage();
  await page.goto("/");
  await arrived(before + 1);
  expect(platform.overview().revenue_vnd).toBe(Number(platform.ask("select sum(total_vnd) from orders")));
  expect(platform.reconciled()).toMatchObject({ agree: true, same: before + 1 });
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
