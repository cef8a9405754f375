import { describe, expect, test } from "vitest";
import { contentSecurityPolicy } from "@/security/csp";
import { jsonForScript } from "@/security/json-ld";
import { addressOf, RateLimiter } from "@/security/rate-limit";
import { returnPath } from "@/security/return-path";
import { seal, unseal } from "@/security/seal";

describe("the content security policy", () => {
  const page = { nonce: "n-1", https: true, development: false };

  test("lets run and load what the shop needs, and nothing inline", () => {
    const policy = contentSecurityPolicy({ ...page, clickstream: "https://api.example/clickstream" });
    expect(policy.split("; ")).toEqual([
      "default-src 'self'",
      "script-src 'self' 'nonce-n-1' 'strict-dynamic'",
      "style-src 'self' 'nonce-n-1'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self' https://api.example",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "upgrade-insecure-requests",
    ]);
  });

  test("lets pictures come from where they are served", () => {
    const policy = contentSecurityPolicy({ ...page, assets: "https://d1.cloudfront.example" });
    expect(policy).toContain("img-src 'self' data: https://d1.cloudfront.example;");
  });

  test("lets logging out lead to the login's host", () => {
    const policy = contentSecurityPolicy({ ...page, formTarget: "https://login.example/x" });
    expect(policy).toContain("form-action 'self' https://login.example;");
  });
});

test("JSON in a page opens and closes no element", () => {
  const json = jsonForScript({ name: "</script><script>alert(1)</script><!--" });
  expect(json).not.toContain("<");
  expect(JSON.parse(json)).toEqual({ name: "</script><script>alert(1)</script><!--" });
});

describe("a rate limit", () => {
  test("allows a burst, then as many as a minute allows", () => {
    let now = 0;
    const limiter = new RateLimiter({ perMinute: 6, burst: 3 }, () => now);
    expect([1, 2, 3].map(() => limiter.take("a"))).toEqual([0, 0, 0]);
    expect(limiter.take("a")).toBe(10);
    expect(limiter.take("b")).toBe(0);
    now = 9_000;
    expect(limiter.take("a")).toBe(1);
    now = 10_000;
    expect(limiter.take("a")).toBe(0);
    expect(limiter.take("a")).toBe(10);
    now = 1_000_000;
    expect([1, 2, 3, 4].map(() => limiter.take("a"))).toEqual([0, 0, 0, 10]);
  });

  test("keeps 20,000 visitors in mind, and forgets the one who was longest away", () => {
    const limiter = new RateLimiter({ perMinute: 1, burst: 1 }, () => 0);
    limiter.take("first");
    for (let visitor = 0; visitor < 19_999; visitor += 1) limiter.take(`v${visitor}`);
    expect(limiter.take("first")).toBeGreaterThan(0);
    limiter.take("one more");
    expect(limiter.take("v0")).toBeGreaterThan(0);
    expect(limiter.take("first")).toBe(0);
  });

  test.each([
    ["10.0.0.9", 0, "10.0.0.9"],
    ["1.2.3.4, 10.0.0.9", 1, "10.0.0.9"],
    // What the visitor claims stands first.
    ["6.6.6.6, 1.2.3.4, 10.0.0.9", 2, "1.2.3.4"],
    ["", 1, "unknown"],
    [null, 0, "unknown"],
  ])("is that of the address that the proxy saw: %j behind %i", (header, proxies, address) => {
    expect(addressOf(header, proxies)).toBe(address);
  });
});

test.each([
  ["/checkout", "/checkout"],
  ["/search?q=a%20b&sort=price-asc", "/search?q=a%20b&sort=price-asc"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/\t/evil.example", "/"],
  ["/..//evil.example", "/evil.example"],
  ["https://evil.example/", "/"],
  ["javascript:alert(1)", "/"],
  ["/auth/login?to=/auth/login", "/"],
  ["", "/"],
  [null, "/"],
])("after the login, %j leads to %j", (asked, to) => {
  expect(returnPath(asked)).toBe(to);
});

describe("a sealed text", () => {
  const SECRET = "0123456789abcdef0123456789abcdef";

  test("opens for its purpose, with its secret, in its time, unchanged", async () => {
    const sealed = await seal(SECRET, "session", { userId: "us-1" }, 60);
    expect(sealed).not.toContain("us-1");
    expect(await unseal(SECRET, "session", sealed)).toEqual({ userId: "us-1" });
    expect(await unseal(SECRET, "cart", sealed)).toBeUndefined();
    expect(await unseal(`${SECRET}x`, "session", sealed)).toBeUndefined();
    const parts = sealed.split(".");
    parts[3] = `${parts[3]?.slice(0, -2)}AA`;
    expect(await unseal(SECRET, "session", parts.join("."))).toBeUndefined();
    expect(await unseal(SECRET, "session", await seal(SECRET, "session", {}, -10))).toBeUndefined();
  });

  test.each(["", "x", "a.b.c.d.e", `${btoa('{"alg":"none"}')}.${btoa("{}")}.`])(
    "is not %j",
    async (forged) => {
      expect(await unseal(SECRET, "session", forged)).toBeUndefined();
    },
  );
});
