import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  answerConsent,
  DELIVERY,
  fillDelivery,
  launch,
  ORDER_BUTTON,
  putIntoCart,
  tabTo,
  visitor,
} from "./browser";
import { type OpenShop, openShop } from "./shop";

const KEYBOARD = "ban-phim-aula-m75-tm";

let browser: Browser;
let shop: OpenShop;

beforeAll(async () => {
  [browser, shop] = await Promise.all([launch(), openShop("buying")]);
});
afterAll(async () => {
  await browser.close();
  await shop.close();
});
beforeEach(async () => {
  await shop.database.query("truncate order_items, orders; update inventory set stock = 10");
});

async function orders() {
  const { rows } = await shop.database.query(
    `select o.id, o.user_id, o.total_vnd::int, o.recipient_name, o.recipient_phone, o.delivery_address,
            sum(l.quantity)::int as pieces
       from orders o join order_items l on l.order_id = o.id group by o.id`,
  );
  return rows;
}

async function stockOf(slug: string): Promise<number> {
  const { rows } = await shop.database.query(
    "select stock from inventory join products on id = product_id where slug = $1",
    [slug],
  );
  return rows[0].stock;
}

const ONE_KEYBOARD = {
  user_id: null,
  total_vnd: 1_790_000,
  recipient_name: DELIVERY.name,
  recipient_phone: "0912345678",
  delivery_address: DELIVERY.address,
  pieces: 1,
};

test("a guest buys with the keyboard alone", async () => {
  const { page, context, troubles } = await visitor(browser, shop.origin);
  await page.goto("/");
  await tabTo(page, "Bàn phím");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/category/keyboard");
  await page.waitForSelector("h1:has-text('Bàn phím')");
  await tabTo(page, "Bàn phím AULA M75 TM");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/product/${KEYBOARD}`);
  await page.waitForSelector("h1:has-text('AULA')");
  await tabTo(page, "Thêm vào giỏ");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/cart");
  await page.waitForSelector("h1:has-text('Giỏ hàng')");
  await tabTo(page, "Tiến hành đặt hàng");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/checkout");
  await page.waitForSelector("#name");
  await tabTo(page, "Họ và tên");
  await page.keyboard.type(DELIVERY.name);
  await tabTo(page, "Số điện thoại");
  await page.keyboard.type(DELIVERY.phone);
  await tabTo(page, "Địa chỉ");
  await page.keyboard.type(DELIVERY.address);
  await tabTo(page, "Đặt hàng ·");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/success/*");
  await page.waitForSelector("h1:has-text('Cảm ơn')");
  const [order] = await orders();
  expect(order).toMatchObject(ONE_KEYBOARD);
  expect(page.url()).toContain(order.id);
  expect(await stockOf(KEYBOARD)).toBe(9);
  expect(troubles).toEqual([]);
  await context.close();
});

test("a guest buys without JavaScript", async () => {
  const { page, context } = await visitor(browser, shop.origin, { javaScriptEnabled: false });
  await page.goto("/");
  await page.click("button[value=denied]");
  expect(await page.locator("button[name=consent]").count()).toBe(0);
  await page.fill("[name=q]", "ban phim aula");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/search?q=ban+phim+aula");
  await page.click("text=Bàn phím AULA M75 TM");
  await page.selectOption("[name=quantity]", "2");
  await page.click("text=Thêm vào giỏ");
  await page.waitForURL("**/cart");
  await page.click("[aria-label^='Bớt một chiếc']");
  await page.waitForSelector("text=1.790.000");
  await page.click("text=Tiến hành đặt hàng");
  await page.waitForURL("**/checkout");
  // What is wrong is said, and what was typed stays.
  await page.fill("[name=name]", DELIVERY.name);
  await page.fill("[name=phone]", "123");
  await page.click(ORDER_BUTTON);
  await page.waitForSelector("text=Số điện thoại gồm 10 chữ số");
  expect(await page.inputValue("[name=name]")).toBe(DELIVERY.name);
  await fillDelivery(page);
  await page.click(ORDER_BUTTON);
  await page.waitForURL("**/success/*");
  expect(await orders()).toMatchObject([ONE_KEYBOARD]);
  await page.goto("/cart");
  expect(await page.textContent("h1")).toBe("Giỏ hàng đang trống");
  await context.close();
});

test("a customer signs in on the way, buys, finds the order, and takes it along when leaving", async () => {
  const { page, context, troubles } = await visitor(browser, shop.origin);
  await page.goto("/");
  await answerConsent(page, "granted");
  await putIntoCart(page, KEYBOARD);
  await page.click("text=Tiến hành đặt hàng");
  await page.click("main >> text=đăng nhập");
  await page.click("text=Trần Quốc Bảo");
  await page.waitForURL("**/checkout");
  expect(await page.inputValue("[name=name]")).toBe("Trần Quốc Bảo");
  await fillDelivery(page);
  await page.click(ORDER_BUTTON);
  await page.waitForURL("**/success/*");
  const [order] = await orders();
  const { rows } = await shop.database.query("select email from users where id = $1", [order.user_id]);
  expect(rows).toEqual([{ email: "quoc.bao@example.com" }]);

  await page.goto("/orders");
  await page.click("main h2 a");
  await page.waitForURL(`**/orders/${order.id}`);
  await page.goto("/account");
  await page.fill("[name=phone]", "0987 654 321");
  await page.click("text=Lưu");
  await page.waitForSelector("text=Đã lưu.");
  await page.click("text=Đăng xuất");
  await page.waitForSelector("header >> text=Đăng nhập");
  expect(troubles).toEqual([]);
  // The receipt in this browser is no key to a customer's order.
  await page.goto("/orders");
  expect(await page.textContent("h1")).toBe("Chưa có đơn hàng nào");
  expect((await page.goto(`/success/${order.id}`))?.status()).toBe(404);
  const cookies = await context.cookies();
  expect(cookies.every(({ httpOnly }) => httpOnly)).toBe(true);
  await context.close();
});

describe("one order", () => {
  test("of a double click", async () => {
    const { page, context } = await visitor(browser, shop.origin);
    await putIntoCart(page, KEYBOARD);
    await page.goto("/checkout");
    await fillDelivery(page);
    await page.dblclick(ORDER_BUTTON);
    await page.waitForURL("**/success/*");
    expect(await orders()).toMatchObject([ONE_KEYBOARD]);
    await context.close();
  });

  test("of two tabs, at once and later", async () => {
    const { page, context } = await visitor(browser, shop.origin);
    await putIntoCart(page, KEYBOARD);
    const tabs = [page, await context.newPage(), await context.newPage()];
    for (const tab of tabs) {
      await tab.goto("/checkout");
      await fillDelivery(tab);
    }
    const [first, second, late] = tabs as [typeof page, typeof page, typeof page];
    await Promise.all([first.click(ORDER_BUTTON), second.click(ORDER_BUTTON)]);
    await Promise.all([first.waitForURL("**/success/*"), second.waitForURL("**/success/*")]);
    await late.click(ORDER_BUTTON);
    await late.waitForURL("**/success/*");
    expect(new Set(tabs.map((tab) => tab.url())).size).toBe(1);
    expect(await orders()).toMatchObject([ONE_KEYBOARD]);
    expect(await stockOf(KEYBOARD)).toBe(9);
    await context.close();
  });
});

test("what sells out meanwhile is told, and nothing is lost", async () => {
  const { page, context } = await visitor(browser, shop.origin);
  await putIntoCart(page, KEYBOARD, 3);
  await putIntoCart(page, "chuot-logitech-g304-lightspeed");
  await page.goto("/checkout");
  await fillDelivery(page);
  await shop.database.query("update inventory set stock = 1 where product_id = 'cmipley87003axzk0lcv664ch'");
  await page.click(ORDER_BUTTON);
  const alert = page.locator("main [role=alert]");
  await alert.waitFor();
  expect(await alert.textContent()).toContain("Bàn phím AULA M75 TM chỉ còn 1 chiếc.");
  expect(await page.inputValue("[name=address]")).toBe(DELIVERY.address);
  expect(await orders()).toEqual([]);
  expect(await stockOf("chuot-logitech-g304-lightspeed")).toBe(10);
  await page.goto("/cart");
  await page.waitForSelector("text=Có món không đủ hàng");
  expect(await page.locator("main ul > li").count()).toBe(2);
  for (let pieces = 2; pieces >= 1; pieces -= 1) {
    await page.click("[aria-label='Bớt một chiếc Bàn phím AULA M75 TM']");
    await page.waitForSelector(`main ul > li:has-text('AULA'):has-text('Số lượng: ${pieces}')`);
  }
  await page.click("text=Tiến hành đặt hàng");
  await fillDelivery(page);
  await page.click(ORDER_BUTTON);
  await page.waitForURL("**/success/*");
  expect(await orders()).toMatchObject([{ total_vnd: 1_790_000 + 790_000, pieces: 2 }]);
  await context.close();
});
