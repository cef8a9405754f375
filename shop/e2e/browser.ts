import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { expect } from "vitest";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function launch(...flags: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...FLAGS, ...flags],
    // Playwright switches it off, and pages must come back from it.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
}

/** A visitor: a browser profile of its own, whose pages note what goes wrong on them. */
export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** Console errors, exceptions, CSP violations, failed responses. */
  troubles: string[];
}

export async function visitor(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: origin, locale: "vi-VN", ...options });
  context.setDefaultTimeout(45_000);
  const troubles: string[] = [];
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
    addEventListener("pageshow", (event) => {
      if (event.persisted) document.documentElement.dataset.restored = "true";
    });
  });
  context.on("console", (message) => {
    if (message.type() !== "error") return;
    troubles.push(`${message.page()?.url()}: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => troubles.push(error.error().message));
  context.on("response", (response) => {
    if (response.status() >= 400) troubles.push(`${response.status()} ${response.url()}`);
  });
  return { context, page: await context.newPage(), troubles };
}

/** What axe finds, each with the elements that have it. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    type Axe = { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    const { violations } = await (window as unknown as { axe: Axe }).axe.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 150)).join(" | ")}`,
    );
  });
}

/** Answers the banner, which is then gone. */
export async function answerConsent(page: Page, answer: "granted" | "denied"): Promise<void> {
  await page.click(`button[value=${answer}]`);
  await page.waitForSelector("button[name=consent]", { state: "detached" });
}

/** Presses Tab until something with this text or label has the focus, and checks that one sees where it is. */
export async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const labels =
        element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null;
      const name =
        element.getAttribute("aria-label") ?? labels?.[0]?.textContent ?? element.textContent ?? "";
      return { name, outline: getComputedStyle(element).outlineStyle };
    });
    if (focused?.name.includes(text)) {
      expect(focused.outline, `the focus on “${text}”`).not.toBe("none");
      return;
    }
  }
  throw new Error(`no Tab leads to “${text}” on ${page.url()}`);
}

export const DELIVERY = {
  name: "Nguyễn Văn An",
  phone: "0912 345 678",
  address: "12 Lý Thường Kiệt, Hà Nội",
};

/** Fills the checkout's form. */
export async function fillDelivery(page: Page): Promise<void> {
  for (const [field, value] of Object.entries(DELIVERY)) await page.fill(`[name=${field}]`, value);
}

export const ORDER_BUTTON = "button:has-text('Đặt hàng ·')";

/** Puts a product into the cart from its page. */
export async function putIntoCart(page: Page, slug: string, quantity = 1): Promise<void> {
  await page.goto(`/product/${slug}`);
  await page.selectOption("[name=quantity]", String(quantity));
  await page.click("button:has-text('Thêm vào giỏ')");
  await page.waitForURL("**/cart");
}
