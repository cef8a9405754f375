import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillDelivery, launch, ORDER_BUTTON, putIntoCart, visitor } from "./browser";
import { type OpenShop, openShop } from "./shop";

const EVIL = '"><script>window.evil=1</script><img src=x onerror=window.evil=1>';
const EVIL_NAME = "</script><script>window.evil=1</script>";

let browser: Browser;
let shop: OpenShop;
/** With the limits that a shop has. */
let limited: OpenShop;

beforeAll(async () => {
  browser = await launch();
  shop = await openShop("hostile");
  limited = await openShop("limited", {
    ORDERS_PER_MINUTE: "3",
    LOGINS_PER_MINUTE: "4",
    TRUSTED_PROXIES: "1",
  });
});
afterAll(async () => {
  await browser.close();
  await shop.close();
  await limited.close();
});

test.each(["/", "/product/ban-phim-aula-m75-tm", "/nowhere"])(
  "%s has the headers that protect it",
  async (path) => {
    const { headers } = await fetch(`${shop.origin}${path}`);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/script-src 'self' 'nonce-[\w-]{36}' 'strict-dynamic';/);
    expect(policy).not.toMatch(/unsafe-(inline|eval)/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
    if (path !== "/nowhere") expect(headers.get("cache-control")).toBe("private, no-cache");
    expect(headers.get("x-powered-by")).toBeNull();
  },
);

test("every page has a nonce of its own", async () => {
  const nonces = await Promise.all(
    [1, 2, 3].map(async () => {
      const policy = (await fetch(shop.origin)).headers.get("content-security-policy");
      return policy?.match(/nonce-([\w-]+)/)?.[1];
    }),
  );
  expect(new Set(nonces).size).toBe(3);
});

test("what visitors and the catalogue say is text, never markup", async () => {
  await shop.database.query(
    "update products set name = $1, description = $1 where slug = 'day-hdmi-acer-1m8'",
    [EVIL_NAME],
  );
  const { page, context, troubles } = await visitor(browser, shop.origin);
  await page.goto(`/search?q=${encodeURIComponent(EVIL)}`);
  expect(await page.textContent("h1")).toContain("<img src=x");
  await page.goto(
    `/search?brand=${encodeURIComponent(EVIL)}&sort=${encodeURIComponent(EVIL)}&page=${EVIL.length}e9`,
  );
  await page.goto("/product/day-hdmi-acer-1m8");
  expect(await page.textContent("h1")).toBe(EVIL_NAME);
  const json = await page.textContent("script[type='application/ld+json']");
  expect(JSON.parse(json ?? "")).toMatchObject({ name: EVIL_NAME });
  await page.click("button:has-text('Thêm vào giỏ')");
  await page.waitForURL("**/cart");
  await page.goto("/checkout");
  await fillDelivery(page);
  await page.fill("[name=name]", EVIL);
  await page.fill("[name=address]", `${EVIL} ${EVIL}`);
  await page.click(ORDER_BUTTON);
  await page.waitForURL("**/success/*");
  await page.waitForSelector("address");
  expect(await page.textContent("address")).toContain(EVIL);
  expect(await page.evaluate("window.evil")).toBeUndefined();
  expect(troubles).toEqual([]);
  await context.close();
});

test("prices and totals that a form adds are ignored, odd quantities refused", async () => {
  const { page, context } = await visitor(browser, shop.origin);
  await page.goto("/product/laptop-dell-xps-13-9350-71058714");
  for (const quantity of ["-5", "1e9", "0.5", "99999999999999999999"]) {
    await page.evaluate((value) => {
      const select = document.querySelector("select");
      const option = select?.querySelector("option");
      if (option) option.value = value;
    }, quantity);
    await page.click("button:has-text('Thêm vào giỏ')");
    await page.waitForURL("**/cart");
    expect(await page.textContent("h1")).toBe("Giỏ hàng đang trống");
    await page.goBack();
    await page.waitForURL("**/product/*");
    await page.reload();
  }
  await putIntoCart(page, "laptop-dell-xps-13-9350-71058714");
  await page.goto("/checkout");
  await fillDelivery(page);
  await page.evaluate(() => {
    const form = document.querySelector("main form");
    for (const name of ["price", "total", "totalVnd", "unitPriceVnd", "userId", "quantity"]) {
      const field = document.createElement("input");
      field.name = name;
      field.value = "1";
      form?.append(field);
    }
  });
  await page.click(ORDER_BUTTON);
  await page.waitForURL("**/success/*");
  const { rows } = await shop.database.query(
    "select total_vnd::int, user_id from orders order by created_at desc limit 1",
  );
  expect(rows).toEqual([{ total_vnd: 52_190_000, user_id: null }]);
  await context.close();
});

test("other people's orders cannot be opened, nor ordered again under their cart's id", async () => {
  const buyer = await visitor(browser, shop.origin);
  await putIntoCart(buyer.page, "chuot-edra-em640");
  await buyer.page.goto("/checkout");
  await fillDelivery(buyer.page);
  const cartId = await buyer.page.inputValue("[name=cartId]");
  await buyer.page.click(ORDER_BUTTON);
  await buyer.page.waitForURL("**/success/*");
  const id = buyer.page.url().split("/").at(-1);

  const thief = await visitor(browser, shop.origin);
  for (const path of [`/success/${id}`, `/orders/${id}`, `/orders/${id?.toUpperCase()}`]) {
    expect((await thief.page.goto(path))?.status(), path).toBe(404);
  }
  await putIntoCart(thief.page, "chuot-edra-em640");
  await thief.page.goto("/checkout");
  await fillDelivery(thief.page);
  await thief.page.evaluate((value) => {
    const field = document.querySelector<HTMLInputElement>("[name=cartId]");
    if (field) field.value = value;
  }, cartId);
  await thief.page.click(ORDER_BUTTON);
  await thief.page.waitForSelector("main [role=alert]");
  expect(thief.page.url()).toContain("/checkout");
  await buyer.context.close();
  await thief.context.close();
});

describe("the login", () => {
  async function get(path: string, cookie = ""): Promise<Response> {
    return fetch(`${shop.origin}${path}`, { redirect: "manual", headers: cookie ? { cookie } : {} });
  }

  test.each([
    "session=anybody",
    `session=${btoa('{"alg":"none"}')}.e30.`,
    "session=..; cart=../../etc/passwd; receipts=[]",
  ])("state cannot be forged: %s", async (cookie) => {
    const account = await get("/account", cookie);
    expect(account.status).toBe(307);
    expect(account.headers.get("location")).toContain("/auth/login");
    expect((await get("/", cookie)).status).toBe(200);
  });

  test("of one purpose is not that of another", async () => {
    const login = await get("/auth/login?to=/account");
    const sealed = login.headers.getSetCookie().find((line) => line.startsWith("login="));
    const value = sealed?.split(";")[0]?.slice("login=".length);
    expect(sealed).toMatch(/HttpOnly/i);
    expect((await get("/account", `session=${value}`)).status).toBe(307);
  });

  test("needs the browser that began it", async () => {
    const page = await get("/auth/callback?state=x&code=minh.anh@example.com");
    expect(page.headers.get("location")).toBe(`${shop.origin}/login-failed`);
    expect(page.headers.getSetCookie().join()).not.toContain("session=");
    const begun = await get("/auth/login");
    const cookie = begun.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const forged = await get("/auth/callback?state=forged&code=minh.anh@example.com", cookie);
    expect(forged.headers.get("location")).toBe(`${shop.origin}/login-failed`);
  });

  test.each(["https://evil.example/", "//evil.example", "/\\evil.example"])(
    "leads nowhere else: %s",
    async (to) => {
      const { page, context } = await visitor(browser, shop.origin);
      await page.goto(`/auth/login?to=${encodeURIComponent(to)}`);
      await page.click("text=Nguyễn Minh Anh");
      await page.waitForSelector("header >> text=Nguyễn Minh Anh");
      expect(page.url()).toBe(`${shop.origin}/`);
      await context.close();
    },
  );

  test("cannot be ended by another site", async () => {
    const response = await fetch(`${shop.origin}/auth/logout`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: "https://evil.example" },
    });
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

test("a server action takes no form from another site", async () => {
  const before = await shop.database.query("select count(*)::int as n from orders");
  const { page, context } = await visitor(browser, shop.origin, { javaScriptEnabled: false });
  await page.goto("/product/chuot-edra-em640");
  const fields = await page.locator("form:has([name=quantity]) input[type=hidden]").all();
  const form = new FormData();
  for (const field of fields) {
    form.set((await field.getAttribute("name")) ?? "", (await field.getAttribute("value")) ?? "");
  }
  form.set("quantity", "1");
  const send = (origin: string) =>
    fetch(`${shop.origin}/product/chuot-edra-em640`, {
      method: "POST",
      body: form,
      headers: { origin },
      redirect: "manual",
    });
  expect((await send(shop.origin)).status).toBe(303);
  const evil = await send("https://evil.example");
  expect(evil.status).toBeGreaterThanOrEqual(400);
  expect(evil.headers.getSetCookie()).toEqual([]);
  expect((await shop.database.query("select count(*)::int as n from orders")).rows).toEqual(before.rows);
  await context.close();
});

describe("rates", () => {
  const statuses = async (times: number, path: string, init: RequestInit) => {
    const found: number[] = [];
    for (let time = 0; time < times; time += 1) {
      const response = await fetch(`${limited.origin}${path}`, { redirect: "manual", ...init });
      found.push(response.status);
      if (response.status === 429) expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    return found;
  };

  test("of logins are limited, each visitor's own", async () => {
    const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
    // The first address is what the visitor claims, the last what the proxy saw.
    expect(await statuses(6, "/auth/login", from("1.1.1.1, 9.9.9.9"))).toEqual([
      307, 307, 307, 307, 429, 429,
    ]);
    expect(await statuses(1, "/auth/callback?code=x", from("2.2.2.2, 9.9.9.9"))).toEqual([429]);
    expect(await statuses(1, "/auth/login", from("9.9.9.9, 3.3.3.3"))).toEqual([307]);
  });

  test("of orders are limited, and the page says so and keeps the cart", async () => {
    const { page, context } = await visitor(browser, limited.origin);
    await putIntoCart(page, "chuot-edra-em640");
    await page.goto("/checkout");
    for (let time = 0; time < 3; time += 1) {
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await page.click(ORDER_BUTTON);
      expect((await answered).status()).toBe(200);
      await page.waitForSelector("button:not([aria-disabled=true]):has-text('Đặt hàng ·')");
    }
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await page.click(ORDER_BUTTON);
    expect((await answered).status()).toBe(429);
    await page.waitForSelector("h1:has-text('trục trặc')");
    expect(await page.textContent("main")).toContain("Giỏ hàng vẫn còn nguyên");
    await page.goto("/cart");
    expect(await page.textContent("h1")).toBe("Giỏ hàng");
    await context.close();
  });
});
