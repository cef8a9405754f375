import { describe, expect, test } from "vitest";
import { readCheckout } from "@/orders/checkout-form";
import { orderNumber } from "@/orders/orders";
import { settingsOf } from "@/settings";
import { isUniqueViolation } from "@/unique-violation";

const GOOD = {
  cartId: "0190b2c4-0000-7000-8000-000000000001",
  name: "  Nguyễn Văn An ",
  phone: "0912 345.678",
  address: "12 Lý Thường Kiệt, Hà Nội",
};

function form(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

describe("the checkout's form", () => {
  test("is read, trimmed, and what else was sent is left out", () => {
    expect(readCheckout(form({ ...GOOD, total: "1", price: "1", userId: "us-1" }))).toEqual({
      data: { ...GOOD, name: "Nguyễn Văn An", phone: "0912345678" },
    });
  });

  test.each([
    ["name", ""],
    ["name", "x".repeat(101)],
    ["phone", "12345"],
    ["phone", "0912345678; drop"],
    ["phone", "+84 91 234 56789 0"],
    ["address", "Hà Nội"],
    ["address", "x".repeat(301)],
  ])("says what is wrong with %s %j", (field, value) => {
    const read = readCheckout(form({ ...GOOD, [field]: value }));
    expect("errors" in read && Object.keys(read.errors)).toEqual([field]);
  });

  test("takes numbers with the country's code", () => {
    expect(readCheckout(form({ ...GOOD, phone: "+84 912 345 678" }))).toHaveProperty("data");
  });

  test("without a cart is refused, without blaming a field", () => {
    expect(readCheckout(form({ ...GOOD, cartId: "x" }))).toEqual({ errors: {} });
  });
});

test("an order's number is short and does not count orders", () => {
  expect(orderNumber("0190b2c4-1a2b-7000-8000-000000000001")).toBe("DH0190B2C41A");
});

describe("settings", () => {
  const LEAST = {
    DATABASE_URL: "postgresql://x",
    SHOP_SECRET: "0123456789abcdef0123456789abcdef",
    SHOP_ORIGIN: "https://shop.example/",
  };

  test("have defaults, and an origin without a path", () => {
    expect(settingsOf({ ...LEAST, CLICKSTREAM_URL: "", PATH: "/bin" })).toEqual({
      ...LEAST,
      SHOP_ORIGIN: "https://shop.example",
      TRUSTED_PROXIES: 0,
      ORDERS_PER_MINUTE: 10,
      LOGINS_PER_MINUTE: 20,
      LOGIN: "none",
      DATABASE_POOL: 10,
      CLICKSTREAM_ROBOTS: false,
    });
  });

  test.each([
    ["DATABASE_URL", ""],
    ["SHOP_SECRET", "short"],
    ["SHOP_ORIGIN", "shop.example"],
    ["LOGIN", "anybody"],
    ["DATABASE_POOL", "0"],
    ["CLICKSTREAM_URL", "x"],
  ])("name what is wrong: %s %j", (name, value) => {
    expect(() => settingsOf({ ...LEAST, [name]: value })).toThrow(name);
  });
});

test.each([
  [Object.assign(new Error("taken"), { code: "P2002" }), true],
  [Object.assign(new Error("away"), { code: "P1001" }), false],
  [new Error("P2002"), false],
  ["P2002", false],
  [undefined, false],
])("%s is a unique violation: %s", (error, is) => {
  expect(isUniqueViolation(error)).toBe(is);
});
