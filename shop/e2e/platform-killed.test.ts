import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answerConsent, fillDelivery, launch, ORDER_BUTTON, putIntoCart, visitor } from "./browser";
import { Platform } from "./local";

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

test("a platform that is killed and started again has lost nothing and counts nothing twice", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sbw-killed-"));
  // PostgreSQL runs as another user where this is root.
  chmodSync(folder, 0o755);
  const flags = [
    `--data-dir=${folder}/data`,
    `--api-port=${await freePort()}`,
    `--shop-port=${await freePort()}`,
  ];
  const browser = await launch();
  let platform = await Platform.start(flags);
  try {
    const { context, page } = await visitor(browser, platform.shop);
    await page.goto("/");
    await answerConsent(page, "granted");
    await putIntoCart(page, "ban-phim-aula-m75-tm", 2);
    await expect
      .poll(() => platform.overview().add_to_cart_clicks, { timeout: 60_000, interval: 500 })
      .toBe(1);

    // API, storage, loader, warehouse and shop at once; the page stays, and goes on telling.
    await platform.stop("SIGKILL");
    await page.evaluate("clickstream.addToCart({ id: 'p-none', name: 'Bàn phím', price: 1000 }, 1)");
    platform = await Platform.start(flags);
    await page.goto("/cart");
    await putIntoCart(page, "chuot-edra-em640");
    await page.click("text=Tiến hành đặt hàng");
    await fillDelivery(page);
    await page.click(ORDER_BUTTON);
    await page.waitForURL("**/success/*");
    // And once more, before the order's event can have been loaded.
    await platform.stop("SIGKILL");
    platform = await Platform.start(flags);
    await page.goto("/", { waitUntil: "networkidle" });
    await context.close();

    const told = () => {
      const { add_to_cart_clicks, checkout_completes, orders, sessions } = platform.overview();
      return { add_to_cart_clicks, checkout_completes, orders, sessions };
    };
    await expect
      .poll(told, { timeout: 60_000, interval: 500 })
      .toEqual({ add_to_cart_clicks: 3, checkout_completes: 1, orders: 1, sessions: 1 });
    expect(platform.overview().revenue_vnd).toBe(Number(platform.ask("select sum(total_vnd) from orders")));
    expect(platform.reconciled()).toMatchObject({ agree: true, shop_orders: 1, same: 1 });
  } finally {
    await browser.close();
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);

test("the shop is started again when it ends, with everybody's cart", async () => {
  const browser = await launch();
  const platform = await Platform.start();
  try {
    const { page } = await visitor(browser, platform.shop);
    await page.goto("/");
    await answerConsent(page, "granted");
    await putIntoCart(page, "chuot-razer-viper-mini");
    const { port } = new URL(page.url());
    const listener = `ss -ltnp 'sport = :${port}' | grep -o 'pid=[0-9]*' | cut -d= -f2`;
    const [pid] = execFileSync("sh", ["-c", listener], { encoding: "utf8" }).split("\n");
    process.kill(Number(pid), "SIGKILL");
    const health = () =>
      fetch(`${platform.shop}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(health, { timeout: 30_000 }).toBe(false);
    await expect.poll(health, { timeout: 30_000 }).toBe(true);
    await page.goto("/cart");
    await page.waitForSelector("main >> text=Chuột Razer Viper Mini");
  } finally {
    await browser.close();
    await platform.stop();
  }
}, 120_000);
