import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answerConsent, fillDelivery, launch, ORDER_BUTTON, putIntoCart, visitor } from "./browser";
import { type OpenShop, openShop, type SentEvent } from "./shop";

const KEYBOARD = {
  id: "cmipley87003axzk0lcv664ch",
  name: "Bàn phím AULA M75 TM",
  category: "keyboard",
  brand: "AULA",
  price: 1_990_000,
  discountPrice: 1_790_000,
  urlPath: "/product/ban-phim-aula-m75-tm",
};
const { id: productId, urlPath: _, ...itemOfKeyboard } = KEYBOARD;
const ITEM = { productId, ...itemOfKeyboard, quantity: 2 };

let browser: Browser;
let shop: OpenShop;

beforeAll(async () => {
  [browser, shop] = await Promise.all([launch(), openShop("events")]);
});
afterAll(async () => {
  await browser.close();
  await shop.close();
});

/** Waits until so many events with this name have come. */
async function arrived(page: Page, name: string, times: number): Promise<SentEvent[]> {
  for (;;) {
    const found = shop.events.filter((event) => event.eventName === name);
    if (found.length >= times) return found;
    await page.waitForTimeout(50);
  }
}

test("a shopper's way is told event by event", async () => {
  shop.events.length = 0;
  const { page, context, troubles } = await visitor(browser, shop.origin);
  await page.goto("/");
  // Nothing is sent before the visitor agrees; then what waited is.
  await page.goto("/category/keyboard");
  expect(shop.events).toEqual([]);
  await answerConsent(page, "granted");
  await arrived(page, "category_view", 1);
  await page.fill("header [name=q]", "ban phim aula");
  await page.keyboard.press("Enter");
  await page.click("main >> text=Bàn phím AULA M75 TM");
  await page.waitForURL("**/product/*");
  await page.click("text=Yêu thích >> visible=true");
  await page.waitForSelector("[aria-pressed=true]");
  await page.selectOption("[name=quantity]", "3");
  await page.click("button:has-text('Thêm vào giỏ')");
  await page.waitForURL("**/cart");
  await page.click("[aria-label^='Bớt một chiếc']");
  await page.waitForSelector("main li:has-text('Số lượng: 2')");
  await page.click("text=Tiến hành đặt hàng");
  await page.waitForURL("**/checkout");
  await page.click("main >> text=đăng nhập");
  await page.click("text=Nguyễn Minh Anh");
  await page.waitForURL("**/checkout");
  await fillDelivery(page);
  await page.click(ORDER_BUTTON);
  await page.waitForURL("**/success/*");
  await arrived(page, "checkout_complete", 1);
  await page.reload();
  await arrived(page, "checkout_complete", 2);
  await page.goto("/account");
  await page.click("text=Đăng xuất");
  await page.waitForURL(`${shop.origin}/`);
  await arrived(page, "logout", 1);
  await arrived(page, "home_view", 1);

  // What was sent again under the same id is the same event.
  const once = [...new Map(shop.events.map((event) => [event.eventId, event])).values()];
  const told = (name: string) => once.filter((event) => event.eventName === name);
  const { rows } = await shop.database.query("select id, user_id, total_vnd::int from orders");
  const [order] = rows;
  expect(told("category_view").map((event) => event.product)).toEqual([{ category: "keyboard" }]);
  expect(told("search").map((event) => event.search)).toEqual([{ query: "ban phim aula", results: 1 }]);
  for (const view of told("product_view")) expect(view.product).toEqual(KEYBOARD);
  expect(told("wishlist_toggle").map((event) => event.product)).toEqual([KEYBOARD]);
  expect(told("add_to_cart_click").map(({ product, quantity }) => ({ product, quantity }))).toEqual([
    { product: KEYBOARD, quantity: 3 },
  ]);
  expect(told("remove_from_cart_click").map(({ product, quantity }) => ({ product, quantity }))).toEqual([
    { product: KEYBOARD, quantity: 1 },
  ]);
  expect(told("checkout_start").at(-1)?.cart).toMatchObject({ total: 3_580_000, items: [ITEM] });
  expect(told("login_open")).toHaveLength(1);
  expect(new Set(told("login_success").map((event) => event.eventId)).size).toBe(1);
  const completed = shop.events.filter((event) => event.eventName === "checkout_complete");
  expect(completed.length).toBeGreaterThanOrEqual(2);
  expect(new Set(completed.map((event) => event.eventId))).toEqual(new Set([order.id]));
  expect(completed[0]?.order).toEqual({
    id: order.id,
    number: `DH${order.id.replaceAll("-", "").slice(0, 10).toUpperCase()}`,
    total: order.total_vnd,
    items: [ITEM],
  });

  // Who it is stands on every event from the login to the logout, and on none before.
  const of = (event: SentEvent | undefined) => [event?.userId, event?.userLoginState, event?.identitySource];
  expect(of(told("add_to_cart_click")[0])).toEqual([undefined, "anonymous", expect.anything()]);
  for (const name of ["login_success", "checkout_complete"]) {
    expect(of(told(name)[0]), name).toEqual([order.user_id, "logged_in", "demo"]);
  }
  expect(new Set(shop.events.map((event) => event.sessionId)).size).toBe(1);
  const paths = new Set(told("page_view").map((event) => new URL(String(event.pageUrl)).pathname));
  for (const path of [
    "/category/keyboard",
    "/search",
    KEYBOARD.urlPath,
    "/cart",
    "/checkout",
    `/success/${order.id}`,
  ]) {
    expect(paths, path).toContain(path);
  }
  expect(troubles).toEqual([]);
  await context.close();
});

test("who says no is not counted, on no page", async () => {
  shop.events.length = 0;
  const { page, context } = await visitor(browser, shop.origin);
  await page.goto("/");
  await answerConsent(page, "denied");
  await putIntoCart(page, "ban-phim-aula-m75-tm");
  await page.goto("/checkout", { waitUntil: "networkidle" });
  expect(shop.events).toEqual([]);
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
  await context.close();
});
