import { rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Certificate, makeCertificate, pemOf, serveTls } from "../../tests/tls";
import { answerConsent, fillDelivery, launch, ORDER_BUTTON, putIntoCart, visitor } from "../browser";
import { freePort, type OpenShop, openShop } from "../shop";
import { type Cloud, openCloud, REGION } from "./cloud";

const PASSWORD = "Correct-Horse-1";
const HOSTED_PAGE = "https://**/oauth2/authorize?*";
const SESSION_KEY = "of-the-emulated-parameter-store-0123456789";

let cloud: Cloud;
let browser: Browser;
let certificate: Certificate;
let shop: OpenShop;
let pool: Record<string, string>;

// As infra/aws/branch.yaml has it: no secret in the environment, a pool of our own template, TLS to the database.
beforeAll(async () => {
  [cloud, browser] = await Promise.all([openCloud(), launch()]);
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  pool = await cloud.create("users", { SiteOrigin: origin });
  certificate = makeCertificate("DNS:localhost,IP:10.0.0.10");
  const postgres = inject("postgres");
  await serveTls(postgres, certificate);
  const put = (name: string, type: string, value: string) =>
    cloud.aws("ssm", "put-parameter", "--name", `/sbw/oltp/${name}`, "--type", type, "--value", value);
  await put("app-password", "SecureString", "of-the-tests");
  await put("session-key", "SecureString", SESSION_KEY);
  await put("certificate", "String", pemOf(certificate.root));
  shop = await openShop("aws", {
    ...cloud.environment,
    PORT: String(port),
    SHOP_SECRET: "",
    DATABASE_URL: `postgresql://web_app@127.0.0.1:${postgres.port}/aws`,
    DATABASE_CERTIFICATE_NAME: "10.0.0.10",
    DATABASE_POOL: "2",
    PARAMETER_PREFIX: "/sbw/oltp",
    PARAMETER_REGION: REGION,
    LOGIN: "cognito",
    COGNITO_ISSUER: pool.UserPoolIssuer ?? "",
    COGNITO_DOMAIN: pool.LoginOrigin ?? "",
    COGNITO_CLIENT_ID: pool.UserPoolClientId ?? "",
    ASSET_ORIGIN: "https://d1.cloudfront.example",
  });
  await customer("an@example.com", true);
  await customer("unconfirmed@example.com", false);
});
afterAll(async () => {
  await shop?.close();
  await browser?.close();
  await cloud?.close();
  if (certificate) rmSync(dirname(certificate.root), { recursive: true });
});

async function customer(email: string, confirmed: boolean): Promise<void> {
  const of = ["--user-pool-id", pool.UserPoolId ?? "", "--username", email];
  const attributes = [`Name=email,Value=${email}`, `Name=email_verified,Value=${confirmed}`];
  await cloud.aws("cognito-idp", "admin-create-user", ...of, "--user-attributes", ...attributes);
  await cloud.aws("cognito-idp", "admin-set-user-password", ...of, "--password", PASSWORD, "--permanent");
}

async function customerAtTheShop() {
  const proxy = { server: cloud.proxy, bypass: "localhost,127.0.0.1" };
  return visitor(browser, shop.origin, { proxy, ignoreHTTPSErrors: true });
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.waitForURL(HOSTED_PAGE);
  await page.fill("[name=username]", email);
  await page.fill("[name=password]", password);
  await page.click("button[type=submit]");
}

test("its database is reached by TLS, as the parameters say", async () => {
  const { rows } = await shop.database.query(
    "select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where usename = 'web_app' and datname = 'aws'",
  );
  expect(rows).toEqual([{ ssl: true }]);
  expect(shop.log()).not.toContain("of-the-tests");
  expect(shop.log()).not.toContain(SESSION_KEY);
});

test("it does not start without its parameters, and says which is missing", async () => {
  const settings = { ...cloud.environment, PARAMETER_PREFIX: "/sbw/elsewhere", PARAMETER_REGION: REGION };
  await expect(openShop("aws_elsewhere", settings)).rejects.toThrow(
    "there is no parameter /sbw/elsewhere/app-password",
  );
});

test("a shared product has a picture, which pages may show", async () => {
  const response = await fetch(`${shop.origin}/product/ban-phim-aula-m75-tm`);
  const picture = "https://d1.cloudfront.example/share/keyboard-knob.png";
  expect(await response.text()).toContain(`<meta property="og:image" content="${picture}"/>`);
  expect(response.headers.get("content-security-policy")).toContain(
    "img-src 'self' data: https://d1.cloudfront.example;",
  );
});

describe("a login on the user pool's own page", () => {
  test("comes back to the checkout, buys as the customer, and ends at both ends", async () => {
    const { page, context, troubles } = await customerAtTheShop();
    await page.goto("/");
    await answerConsent(page, "granted");
    await putIntoCart(page, "ban-phim-aula-m75-tm");
    await page.goto("/checkout");
    await page.click("main >> text=đăng nhập");
    await page.waitForURL(HOSTED_PAGE);
    const { searchParams } = new URL(page.url());
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    expect(searchParams.get("redirect_uri")).toBe(`${shop.origin}/auth/callback`);
    await signIn(page, "an@example.com", PASSWORD);
    await page.waitForURL(`${shop.origin}/checkout`);
    await fillDelivery(page);
    await page.click(ORDER_BUTTON);
    await page.waitForURL("**/success/*");

    const { rows } = await shop.database.query(
      "select email, cognito_sub is not null as known, total_vnd::int from orders join users on users.id = user_id",
    );
    expect(rows).toEqual([{ email: "an@example.com", known: true, total_vnd: 1_790_000 }]);
    const cookies = await context.cookies(shop.origin);
    const session = cookies.find(({ name }) => name === "session");
    expect(session?.httpOnly).toBe(true);
    // A token of the pool has three parts; a sealed one has five.
    for (const { value } of cookies) expect(value.split(".").length, value).not.toBe(3);
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(
      "eyJ",
    );

    await page.goto("/account");
    await page.waitForSelector("main >> text=an@example.com");
    await page.click("text=Đăng xuất");
    await page.waitForURL(`${shop.origin}/`);
    await page.waitForSelector("header >> text=Đăng nhập");
    expect(shop.events.find(({ eventName }) => eventName === "login_success")).toMatchObject({
      userLoginState: "logged_in",
      identitySource: "cognito_email",
    });
    // The emulator's page has no icon.
    expect(troubles.filter((trouble) => !trouble.startsWith("https://cognito-idp."))).toEqual([]);
    await context.close();
  });

  test("with a wrong password stays on that page", async () => {
    const { page, context } = await customerAtTheShop();
    await page.goto("/auth/login");
    await signIn(page, "an@example.com", "Wrong-Horse-1");
    await page.waitForSelector(".error");
    expect((await context.cookies(shop.origin)).map(({ name }) => name)).not.toContain("session");
    await context.close();
  });

  test("of an address that nobody confirmed opens no session", async () => {
    const { page, context } = await customerAtTheShop();
    await page.goto("/auth/login");
    await signIn(page, "unconfirmed@example.com", PASSWORD);
    await page.waitForURL(`${shop.origin}/login-failed`);
    expect((await context.cookies(shop.origin)).map(({ name }) => name)).not.toContain("session");
    await context.close();
  });

  test("cannot be ended by another browser: a stolen code is worth nothing", async () => {
    const [one, other] = await Promise.all([customerAtTheShop(), customerAtTheShop()]);
    await one.page.goto("/auth/login");
    await one.page.waitForURL(HOSTED_PAGE);
    // As a browser would send it; the answer is kept from the shop.
    const form = await one.page.$eval("form", (element) =>
      Object.fromEntries([...new FormData(element)].map(([name, value]) => [name, String(value)])),
    );
    const answer = await one.context.request.post(new URL("/login", one.page.url()).href, {
      form: { ...form, username: "an@example.com", password: PASSWORD },
      maxRedirects: 0,
    });
    const stolen = answer.headers().location ?? "";
    expect(stolen).toContain(`${shop.origin}/auth/callback?code=`);

    await other.page.goto(stolen);
    expect(other.page.url()).toBe(`${shop.origin}/login-failed`);
    // With the state of a login that this browser began, the code still lacks its verifier.
    await other.page.goto("/auth/login");
    const forged = new URL(stolen);
    forged.searchParams.set("state", new URL(other.page.url()).searchParams.get("state") ?? "");
    await other.page.goto(forged.href);
    expect(other.page.url()).toBe(`${shop.origin}/login-failed`);
    expect((await other.context.cookies(shop.origin)).map(({ name }) => name)).not.toContain("session");
    await Promise.all([one.context.close(), other.context.close()]);
  });
});
