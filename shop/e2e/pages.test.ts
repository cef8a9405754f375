import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  answerConsent,
  axe,
  fillDelivery,
  launch,
  ORDER_BUTTON,
  putIntoCart,
  type Visitor,
  visitor,
} from "./browser";
import { type OpenShop, openShop } from "./shop";

const PAGES = [
  "/",
  "/category/keyboard",
  "/search?q=ban+phim&brand=Akko",
  "/search?q=khong-co-gi",
  "/product/ban-phim-aula-m75-tm",
  "/product/laptop-dell-xps-13-9350-71058714",
  "/cart",
  "/checkout",
  "/wishlist",
  "/orders",
  "/account",
  "/auth/customers?state=x",
  "/login-failed",
];

let browser: Browser;
let shop: OpenShop;

beforeAll(async () => {
  [browser, shop] = await Promise.all([launch(), openShop("pages")]);
});
afterAll(async () => {
  await browser.close();
  await shop.close();
});

/** Somebody signed in, with an order, a wish and something in the cart, so that no page is empty. */
async function regular(options: { width: number; colorScheme: "light" | "dark" }): Promise<Visitor> {
  const { width, colorScheme } = options;
  const one = await visitor(browser, shop.origin, { viewport: { width, height: 844 }, colorScheme });
  const { page } = one;
  await page.goto("/auth/login?to=/");
  expect(await axe(page)).toEqual([]);
  await page.click("text=Lê Thị Thu Hà");
  await page.waitForSelector("button[name=consent]");
  expect(await axe(page)).toEqual([]);
  await answerConsent(page, "granted");
  await putIntoCart(page, "chuot-msi-clutch-gm11");
  await page.goto("/checkout");
  await page.click(ORDER_BUTTON);
  await page.waitForSelector("[aria-invalid=true]");
  expect(await axe(page)).toEqual([]);
  await fillDelivery(page);
  await page.click(ORDER_BUTTON);
  await page.waitForURL("**/success/*");
  await page.waitForSelector("h1:has-text('Cảm ơn')");
  expect(await axe(page)).toEqual([]);
  await page.goto("/product/chuot-razer-viper-mini");
  await page.click("text=Yêu thích >> visible=true");
  await page.waitForSelector("[aria-pressed=true]");
  await putIntoCart(page, "ban-phim-aula-m75-tm", 2);
  return one;
}

describe.each([
  { width: 390, colorScheme: "light" as const },
  { width: 1280, colorScheme: "dark" as const },
])("at $width px, $colorScheme", (options) => {
  let one: Visitor;
  beforeAll(async () => {
    one = await regular(options);
  });
  afterAll(() => one.context.close());

  test.each(PAGES)("%s is accessible, does not shift, and breaks no rule", async (path) => {
    const { page, troubles } = one;
    await page.goto(path, { waitUntil: "networkidle" });
    expect(await axe(page)).toEqual([]);
    expect(await shift(page)).toBeLessThanOrEqual(0.02);
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll, "nothing stands out at the side").toBe(client);
    expect(troubles).toEqual([]);
  });
});

async function shift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        type Shift = PerformanceEntry & { value: number };
        // Buffered entries come in one call; a page without a shift has no call.
        const observer = new PerformanceObserver((list) => {
          resolve(list.getEntries().reduce((sum, entry) => sum + (entry as Shift).value, 0));
        });
        observer.observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(0)));
      }),
  );
}

test("the layout-shift measure sees a shift", async () => {
  const { page, context } = await visitor(browser, shop.origin);
  await page.goto("/", { waitUntil: "networkidle" });
  await page.evaluate(async () => {
    const block = document.createElement("div");
    block.style.setProperty("height", "300px");
    document.body.prepend(block);
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
  expect(await shift(page)).toBeGreaterThan(0.05);
  await context.close();
});

describe("JavaScript", () => {
  let cookies: Awaited<ReturnType<Visitor["context"]["storageState"]>>;
  beforeAll(async () => {
    const { context } = await regular({ width: 1280, colorScheme: "light" });
    cookies = await context.storageState();
    await context.close();
  });

  test.each(PAGES)("of %s is at most 180 kB, gzipped", async (path) => {
    // Nobody's cache has anything yet, and no page is empty.
    const { page, context } = await visitor(browser, shop.origin, { storageState: cookies });
    const scripts = new Map<string, Promise<number>>();
    page.on("response", (response) => {
      if (response.request().resourceType() !== "script" && !response.url().endsWith(".js")) return;
      scripts.set(
        response.url(),
        response.body().then((body) => gzipSync(body).length),
      );
    });
    await page.goto(path, { waitUntil: "networkidle" });
    const bytes = (await Promise.all(scripts.values())).reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes / 1_000).toBeLessThanOrEqual(180);
    await context.close();
  });
});

test("pages come back from the back/forward cache, with the cart as it is now", async () => {
  const { page, context, troubles } = await visitor(browser, shop.origin);
  for (const path of ["/", "/category/mouse", "/product/chuot-razer-viper-mini"]) {
    await page.goto(path, { waitUntil: "networkidle" });
    await page.goto("/product/ban-phim-aula-m75-tm", { waitUntil: "networkidle" });
    await page.click("button:has-text('Thêm vào giỏ')");
    await page.waitForURL("**/cart");
    await page.waitForSelector("header a[aria-label^='Giỏ hàng, ']");
    const cart = await page.getAttribute("header a[href='/cart']", "aria-label");
    await page.goBack({ waitUntil: "commit" });
    await page.waitForURL("**/product/ban-phim-aula-m75-tm");
    await page.goBack({ waitUntil: "commit" });
    await page.waitForURL(`${shop.origin}${path}`, { waitUntil: "commit" });
    await page.waitForSelector("html[data-restored=true]", { state: "attached" });
    await page.waitForSelector(`header a[aria-label="${cart}"]`);
  }
  expect(troubles).toEqual([]);
  await context.close();
});

test("the question about counting covers nothing for good on a phone", async () => {
  const { page, context } = await visitor(browser, shop.origin, { viewport: { width: 390, height: 844 } });
  await page.goto("/product/ban-phim-aula-m75-tm", { waitUntil: "networkidle" });
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  const [footer, question] = await Promise.all(
    ["footer", "#consent"].map((selector) => page.locator(selector).boundingBox()),
  );
  expect((footer?.y ?? 0) + (footer?.height ?? 0)).toBeLessThanOrEqual(question?.y ?? 0);
  // What is covered cannot be clicked.
  await page.click("button:has-text('Thêm vào giỏ')", { timeout: 5_000 });
  await page.waitForURL("**/cart");
  await context.close();
});

test("a browser that looks for the icon by itself finds it", async () => {
  const icon = await fetch(`${shop.origin}/favicon.ico`);
  expect([icon.status, icon.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
});

test("a page that is not there says so", async () => {
  const { page, context } = await visitor(browser, shop.origin);
  for (const path of ["/nowhere", "/category/nothing", "/product/nothing", "/orders/x", "/success/x"]) {
    expect((await page.goto(path))?.status(), path).toBe(404);
    expect(await page.textContent("h1")).toBe("Không tìm thấy trang này");
    expect(await axe(page)).toEqual([]);
  }
  await context.close();
});
