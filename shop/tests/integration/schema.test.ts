import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { fold } from "@/catalogue/search-text";
import { connectAs, loadCatalogue, makeShop, sqlOf } from "../postgres";

const postgres = inject("postgres");
let shop: Client;

beforeAll(async () => {
  await makeShop(postgres, "shape");
  shop = await connectAs(postgres, "shape");
});
afterAll(() => shop.end());

/** Prisma's types as information_schema calls them. */
const TYPES: Record<string, string> = {
  String: "text",
  "String Uuid": "uuid",
  BigInt: "bigint",
  Int: "integer",
  "Int SmallInt": "smallint",
  Boolean: "boolean",
  "DateTime Timestamptz": "timestamp with time zone",
};

/** `table.column type null` of every column that schema.prisma names. */
function columnsOfPrisma(): string[] {
  const text = readFileSync(join(import.meta.dirname, "../../prisma/schema.prisma"), "utf8");
  const models = [...text.matchAll(/^model \w+ \{\n(.*?)^\}/gms)];
  return models.flatMap(([, body = ""]) => {
    const table = body.match(/@@map\("(\w+)"\)/)?.[1];
    const fields = [...body.matchAll(/^ {2}(\w+) +(String|BigInt|Int|Boolean|DateTime)(\?)?( .*)?$/gm)];
    return fields.map(([, name = "", type = "", optional, rest = ""]) => {
      const column = rest.match(/@map\("(\w+)"\)/)?.[1] ?? name;
      const native = rest.match(/@db\.(\w+)/)?.[1];
      return `${table}.${column} ${TYPES[[type, native].filter(Boolean).join(" ")]} ${optional ? "null" : "not null"}`;
    });
  });
}

test("schema.prisma is what the database has", async () => {
  const { rows } = await shop.query(
    `select table_name || '.' || column_name || ' ' || data_type
            || case is_nullable when 'YES' then ' null' else ' not null' end as column
       from information_schema.columns where table_schema = 'public'`,
  );
  const stored = rows.map((row) => row.column as string).sort();
  expect(stored.length).toBeGreaterThan(30);
  expect(columnsOfPrisma().sort()).toEqual(stored);
});

test("an older shop is upgraded as often as one likes, and keeps what it has", async () => {
  const cluster = await connectAs(postgres, "postgres");
  await cluster.query("create database older template template0 encoding 'UTF8' locale 'C.UTF-8'");
  await cluster.end();
  const older = await connectAs(postgres, "older");
  await older.query(readFileSync(join(import.meta.dirname, "schema_before_the_shop.sql"), "utf8"));
  await older.query(`
    insert into products (id, name, category, brand, price_vnd, slug) values ('p', 'Chuột cũ', 'mouse', 'X', 190000, 'p');
    insert into inventory values ('p', 7);
    insert into orders (id, total_vnd) values ('0190b2c4-0000-7000-8000-000000000001', 190000);
    insert into order_items values ('0190b2c4-0000-7000-8000-000000000001', 'p', 1, 190000);`);
  for (let time = 0; time < 2; time += 1) {
    await older.query(sqlOf("schema.sql"));
    await loadCatalogue(older);
  }
  const { rows } = await older.query(
    `select p.search_text, p.sale_price_vnd, p.description, i.stock, o.total_vnd, o.idempotency_key
       from products p join inventory i on i.product_id = p.id
            join order_items l on l.product_id = p.id join orders o on o.id = l.order_id`,
  );
  expect(rows).toEqual([
    {
      search_text: "chuot cu x",
      sale_price_vnd: "190000",
      description: "",
      stock: 7,
      total_vnd: "190000",
      idempotency_key: null,
    },
  ]);
  expect((await older.query("select count(*)::int as n from products")).rows).toEqual([{ n: 65 }]);
  await older.end();
});

test("the database folds text as the shop does", async () => {
  const { rows } = await shop.query("select name, brand, search_text from products");
  expect(rows).toHaveLength(64);
  for (const { name, brand, search_text } of rows) expect(search_text).toBe(fold(`${name} ${brand}`));
});

test.each([
  [1_990_000, 10, 1_790_000],
  [899_000, 12, 790_000],
  [899_000, 0, 899_000],
  [10_000, 5, 10_000],
  [5_000, 50, 5_000],
])("%i VND less %i % is %i VND", async (price, percent, pays) => {
  await shop.query("begin");
  const { rows } = await shop.query(
    `insert into products (id, name, category, brand, price_vnd, discount_percent, slug)
     values ('x', 'x', 'x', 'x', $1, $2, 'x') returning sale_price_vnd`,
    [price, percent],
  );
  await shop.query("rollback");
  expect(rows).toEqual([{ sale_price_vnd: String(pays) }]);
});

describe("web_app", () => {
  test.each([
    ["select price_vnd from products limit 1", true],
    ["select stock from inventory limit 1", true],
    ["update inventory set stock = stock", true],
    ["insert into users (id, email) values ('u', 'u@example.com')", true],
    ["update users set phone = '1' where false", true],
    ["insert into orders (total_vnd) values (0)", true],
    ["update products set price_vnd = 1", false],
    [
      "insert into products (id, name, category, brand, price_vnd, slug) values ('a','a','a','a',1,'a')",
      false,
    ],
    ["update inventory set product_id = 'x'", false],
    ["insert into inventory values ('x', 1)", false],
    ["update orders set total_vnd = 0", false],
    ["update order_items set unit_price_vnd = 0", false],
    ["delete from orders", false],
    ["delete from users", false],
    ["create table mine ()", false],
  ])("%s: %s", async (statement, allowed) => {
    await shop.query("begin");
    await shop.query("set local role web_app");
    const outcome = await shop.query(statement).then(
      () => "allowed",
      (error: Error) => error.message,
    );
    await shop.query("rollback");
    if (allowed) expect(outcome).toBe("allowed");
    else expect(outcome).toMatch(/permission denied/);
  });
});
