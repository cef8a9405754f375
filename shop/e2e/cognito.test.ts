import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillDelivery, launch, ORDER_BUTTON, putIntoCart, visitor } from "./browser";
import { freePort, type OpenShop, openShop } from "./shop";
import { CUSTOMER, startUserPool, type UserPool } from "./user-pool";

let browser: Browser;
let pool: UserPool;
let shop: OpenShop;

beforeAll(async () => {
  const port = await freePort();
  pool = await startUserPool(`http://localhost:${port}`, await freePort());
  [browser, shop] = await Promise.all([
    launch(),
    openShop("cognito", { PORT: String(port), ...pool.settings }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await pool?.stop();
});

test("a customer signs in on the hosted page, buys, and signs out; the browser sees no token", async () => {
  const { page, context } = await visitor(browser, shop.origin);
  const seen: string[] = [];
  context.on("response", (response) => seen.push(response.url(), JSON.stringify(response.headers())));
  await putIntoCart(page, "ban-phim-aula-m75-tm");
  await page.goto("/checkout");
  await page.click("main >> text=đăng nhập");
  await page.fill("#username", CUSTOMER.email);
  await page.fill("#password", "not the password");
  await page.click("button");
  await page.waitForSelector(".error");
  await page.fill("#username", CUSTOMER.email);
  await page.fill("#password", CUSTOMER.password);
  await page.click("button");
  await page.waitForURL("**/checkout");
  expect(await page.inputValue("[name=name]")).toBe(CUSTOMER.name);
  await fillDelivery(page);
  await page.click(ORDER_BUTTON);
  await page.waitForURL("**/success/*");
  const { rows } = await shop.database.query(
    "select u.email, u.cognito_sub is not null as known, o.total_vnd::int from orders o join users u on u.id = o.user_id",
  );
  expect(rows).toEqual([{ email: CUSTOMER.email, known: true, total_vnd: 1_790_000 }]);

  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  const cookies = JSON.stringify(await context.cookies(shop.origin));
  // A signed token is three parts, the first of which begins so; what is sealed has five.
  const token = /eyJ[\w-]+\.[\w-]+\.[\w-]+(?![\w.-])/;
  expect(token.test(`"${"eyJh.eyJz.c2ln"}"`)).toBe(true);
  for (const text of [stored, cookies, await page.content(), ...seen]) expect(text).not.toMatch(token);

  await page.goto("/account");
  await page.click("text=Đăng xuất");
  await page.waitForURL(`${shop.origin}/`);
  await page.waitForSelector("header >> text=Đăng nhập");
  await context.close();
});
