import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { answerConsent, fillDelivery, ORDER_BUTTON, type Visitor, visitor } from "./browser";

/** Where the shoppers come to, and what happens meanwhile. */
export interface Day {
  browser: Browser;
  shop: string;
  /** How long the one who loses the network is without it. */
  offline: number;
  /** Called while a shopper is about to order. */
  halfway?(page: Page): Promise<void>;
  /** Called when the shopper after that one has ordered, too. */
  over?(): Promise<void>;
  /** The API is out of reach of browsers while this runs. */
  withoutApi(work: () => Promise<void>): Promise<void>;
}

const DESKTOP =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const IPAD =
  "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1";
const PHONE: BrowserContextOptions = { userAgent: IPHONE, viewport: { width: 390, height: 844 } };

/** What a browser says when the network or the API is away. */
const OUTAGE =
  /net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/;

/** Seven shoppers, one after the other, but for the first: who comes back when the others have left. */
export async function shop(day: Day): Promise<void> {
  const comeBack = await offline(day);
  await looker(day);
  await hesitant(day);
  const guestLeaves = await guest(day);
  const customerLeaves = await customer(day);
  await day.over?.();
  await guestLeaves();
  await customerLeaves();
  await twoTabs(day);
  await unsent(day);
  await comeBack();
}

/** Comes to a page of the shop and agrees to be counted. */
async function enter({ browser, shop }: Day, path: string, options: BrowserContextOptions, referer?: string) {
  const one = await visitor(browser, shop, options);
  await open(one.page, path, referer);
  await answerConsent(one.page, "granted");
  return one;
}

/** Opens a page and waits until its scripts are at work: before that, a click is a plain form's or link's. */
async function open(page: Page, path: string, referer?: string): Promise<void> {
  await page.goto(path, { referer });
  await settled(page);
}

/** The page is React's and has told what it tells by itself: its effects come before anything idle. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    Object.keys(document.querySelector("main h1") ?? {}).some((key) => key.startsWith("__reactFiber")),
  );
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
}

async function intoCart(page: Page, slug: string, pieces = 1): Promise<void> {
  await open(page, `/product/${slug}`);
  await page.selectOption("[name=quantity]", String(pieces));
  await page.click("button:has-text('Thêm vào giỏ')");
  await page.waitForSelector("h1:text-is('Giỏ hàng')");
}

async function checkOut(page: Page): Promise<void> {
  await page.click("text=Tiến hành đặt hàng");
  await page.waitForSelector("h1:text-is('Thông tin giao hàng')");
}

async function order(page: Page): Promise<void> {
  await fillDelivery(page);
  await page.click(ORDER_BUTTON);
  await thanked(page);
}

async function thanked(page: Page): Promise<void> {
  await page.waitForSelector("h1:has-text('Cảm ơn')");
  await settled(page);
}

/** Closes a page as a person does, with what it does when it goes. */
async function closeTab(page: Page): Promise<void> {
  const closed = page.waitForEvent("close");
  await page.close({ runBeforeUnload: true });
  await closed;
}

/** How many events this page has not heard of, and how many batches the browser keeps. */
export const unsentOf = (page: Page) =>
  page.evaluate(() => {
    const { clickstream } = window as unknown as { clickstream: { stats(): { waiting: number } } };
    const kept = Object.keys(localStorage).filter((key) => key.startsWith("clickstream.batch."));
    return clickstream.stats().waiting + kept.length;
  });

/** Leaves for good, once the API has all. */
async function leave({ page, context, troubles }: Visitor, allowed?: RegExp): Promise<void> {
  await page.evaluate("clickstream.flush()");
  await expect.poll(() => unsentOf(page), { timeout: 60_000 }).toBe(0);
  await context.close();
  expect(troubles.filter((trouble) => !allowed?.test(trouble))).toEqual([]);
}

/** Loses the network on a product's page; there, and back, goes on to buy. Came by a newsletter. */
async function offline(day: Day): Promise<() => Promise<void>> {
  const one = await enter(day, "/?utm_source=newsletter&utm_medium=email&utm_campaign=tet", {
    userAgent: DESKTOP,
  });
  const { page, context } = one;
  await open(page, "/product/ban-phim-aula-m75-tm");
  await page.evaluate("clickstream.flush()");
  await expect.poll(() => unsentOf(page)).toBe(0);
  await context.setOffline(true);
  const until = Date.now() + day.offline;
  for (const _ of [1, 2, 3]) await page.click("a[href^='mailto:']");
  await page.evaluate("clickstream.flush()");
  return async () => {
    await page.waitForTimeout(Math.max(0, until - Date.now()));
    expect(await unsentOf(page)).toBeGreaterThan(0);
    await context.setOffline(false);
    await expect.poll(() => unsentOf(page), { timeout: 5_000 }).toBe(0);
    await page.click("button:has-text('Thêm vào giỏ')");
    await page.waitForSelector("h1:text-is('Giỏ hàng')");
    await checkOut(page);
    await order(page);
    await leave(one, OUTAGE);
  };
}

/** Sees one page. */
async function looker(day: Day): Promise<void> {
  await leave(await enter(day, "/", { userAgent: IPAD }, "https://m.facebook.com/"));
}

/** Fills a cart and does not buy. */
async function hesitant(day: Day): Promise<void> {
  const one = await enter(
    day,
    "/category/mouse?utm_source=zalo&utm_medium=social&utm_campaign=thang-12",
    PHONE,
  );
  await intoCart(one.page, "chuot-razer-viper-mini", 2);
  await one.page.click("[aria-label^='Bớt một chiếc']");
  await one.page.waitForSelector("main li:has-text('Số lượng: 1')");
  await leave(one);
}

/** Buys without an account; what is done with the thank-you page is no other order. */
async function guest(day: Day): Promise<() => Promise<void>> {
  const one = await enter(day, "/", PHONE, "https://www.google.com/");
  const { page, context } = one;
  await page.fill("header [name=q]", "ban phim aula");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/search?*");
  await settled(page);
  await page.click("main >> text=Bàn phím AULA M75 TM");
  await page.waitForURL("**/product/*");
  await page.waitForSelector("button:has-text('Thêm vào giỏ')");
  await settled(page);
  await intoCart(page, "ban-phim-aula-m75-tm", 2);
  await intoCart(page, "chuot-edra-em640", 3);
  await checkOut(page);
  await day.halfway?.(page);
  await order(page);
  await page.reload();
  await thanked(page);
  await page.goBack();
  // There is nothing to check out any more.
  await page.waitForSelector("main >> text=Giỏ hàng đang trống");
  await page.goForward();
  await thanked(page);
  const tab = await context.newPage();
  await open(tab, page.url());
  await closeTab(tab);
  return () => leave(one, OUTAGE);
}

/** Signs in on the way to the order, and out again after it. Came by an advertisement. */
async function customer(day: Day): Promise<() => Promise<void>> {
  const product = "/product/laptop-dell-xps-13-9350-71058714";
  const one = await enter(day, `${product}?fbclid=of-the-day`, { userAgent: DESKTOP });
  const { page } = one;
  await page.click("button:has-text('Thêm vào giỏ')");
  await page.waitForSelector("h1:text-is('Giỏ hàng')");
  await checkOut(page);
  await page.click("main >> text=đăng nhập");
  await page.click("text=Nguyễn Minh Anh");
  await page.waitForURL("**/checkout");
  await settled(page);
  await order(page);
  await open(page, "/account");
  await page.click("text=Đăng xuất");
  await page.waitForURL(`${day.shop}/`);
  await settled(page);
  return () => leave(one, OUTAGE);
}

/** Has the shop open twice, with one cart, and orders in both. */
async function twoTabs(day: Day): Promise<void> {
  const one = await enter(day, "/category/mouse", { userAgent: DESKTOP }, "https://tinhte.vn/");
  const { page, context } = one;
  await intoCart(page, "chuot-msi-clutch-gm11", 2);
  const tab = await context.newPage();
  await intoCart(tab, "chuot-edra-em640");
  await checkOut(tab);
  await open(page, "/checkout");
  await order(page);
  await order(tab);
  await closeTab(tab);
  await leave(one);
}

/** Buys while the API is away, and closes the tab before it is back. Comes again later. */
async function unsent(day: Day): Promise<void> {
  const one = await enter(day, "/", PHONE);
  await day.withoutApi(async () => {
    await intoCart(one.page, "chuot-razer-viper-mini");
    await checkOut(one.page);
    await order(one.page);
    await closeTab(one.page);
  });
  one.page = await one.context.newPage();
  await open(one.page, "/");
  await leave(one, OUTAGE);
}
