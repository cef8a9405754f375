import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { filtersOf, PAGE_SIZE } from "@/catalogue/filters";
import { list } from "@/catalogue/products";
import { customerOf } from "@/customers/customers";
import { connect, type Database } from "@/database";
import { makeShop } from "../postgres";

const postgres = inject("postgres");
let db: Database;

beforeAll(async () => {
  const url = await makeShop(postgres, "catalogue");
  db = connect({ DATABASE_URL: url, DATABASE_POOL: 4, DATABASE_CA: undefined });
});
afterAll(() => db.$disconnect());

describe("a search", () => {
  test.each([
    ["ban phim", 10],
    ["Bàn phím", 10],
    ["BAN PHIM akko", 1],
    ["man hinh 165hz", 2],
    ["o cung", 1],
    ["đèn", 1],
    ["den", 1],
    ["%", 0],
    ["_", 0],
    ["100% \\", 0],
    ["' or 1=1 --", 0],
    ["", 64],
  ])("for %j finds %i", async (words, count) => {
    expect((await list({ words }, filtersOf({}), db)).total).toBe(count);
  });
});

describe("a list", () => {
  test("has every product once, page by page", async () => {
    const ids: string[] = [];
    const { pages } = await list({}, filtersOf({}), db);
    for (let page = 1; page <= pages; page += 1) {
      const listing = await list({}, filtersOf({ page: String(page) }), db);
      expect(listing.products.length).toBeLessThanOrEqual(PAGE_SIZE);
      ids.push(...listing.products.map(({ id }) => id));
    }
    expect(new Set(ids).size).toBe(64);
    expect(ids).toHaveLength(64);
  });

  test("narrows by brand, price, offer, and keeps naming the other brands", async () => {
    const query = { brand: ["Akko", "AULA"], price: "1500-5000", offer: "1" };
    const listing = await list({ category: "keyboard" }, filtersOf(query), db);
    expect(listing.products.map(({ slug }) => slug)).toEqual(["ban-phim-aula-m75-tm"]);
    expect(listing.brands.length).toBe(10);
  });

  test.each(["price-asc", "price-desc"])("by %s is in the order of what one pays", async (sort) => {
    const { products } = await list({ category: "monitor" }, filtersOf({ sort }), db);
    const prices = products.map(({ price }) => price);
    expect(prices).toEqual([...prices].sort((a, b) => (sort === "price-asc" ? a - b : b - a)));
  });

  test("beyond the last page is the last page", async () => {
    expect((await list({}, filtersOf({ page: "99" }), db)).products).toHaveLength(64 % PAGE_SIZE);
  });
});

describe("a customer", () => {
  const identity = (email: string, subject: string = crypto.randomUUID()) => ({
    subject,
    email,
    name: "Anh",
    source: "cognito_email",
  });

  test("is the same one at every login, also at two at once", async () => {
    for (let time = 0; time < 20; time += 1) {
      const anh = identity(`anh${time}@example.com`);
      const both = await Promise.all([customerOf(anh, db), customerOf(anh, db)]);
      const again = await customerOf(anh, db);
      expect(new Set([...both, again].map(({ id }) => id)).size).toBe(1);
    }
  });

  test("from before the user pool is found by the address, in whatever case", async () => {
    await db.user.create({ data: { id: "us-1", email: "Old.Customer@example.com" } });
    expect((await customerOf(identity("old.customer@example.com"), db)).id).toBe("us-1");
  });

  test("is nobody else's, though the address looks alike", async () => {
    await db.user.create({ data: { id: "us-2", email: "axb@example.com" } });
    expect((await customerOf(identity("a_b@example.com"), db)).id).not.toBe("us-2");
    expect((await customerOf(identity("%@example.com"), db)).id).not.toBe("us-2");
  });

  test("does not lose an address to another subject", async () => {
    await customerOf(identity("mine@example.com"), db);
    await expect(customerOf(identity("mine@example.com"), db)).rejects.toThrow(/another customer/);
  });
});
