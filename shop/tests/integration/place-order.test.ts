import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Cart } from "@/cart/cart";
import { connect, type Database } from "@/database";
import { orderFor, ordersFor } from "@/orders/orders";
import { type Delivery, placeOrder } from "@/orders/place-order";
import { connectAs, makeShop } from "../postgres";

const DELIVERY: Delivery = {
  name: "Nguyễn Văn An",
  phone: "0912345678",
  address: "12 Lý Thường Kiệt, Hà Nội",
};
// 30 in stock, no offer; 5 in stock, 10 % off.
const MOUSE = "cmiplf5cv004mxzk08cu3dj9m";
const LAPTOP = "cmiplenga001axzk0ub36wml3";
const KEYBOARD = "cmipley87003axzk0lcv664ch";

const postgres = inject("postgres");
let db: Database;

beforeAll(async () => {
  const url = await makeShop(postgres, "orders");
  db = connect({ DATABASE_URL: url, DATABASE_POOL: 8, DATABASE_CA: undefined });
});
afterAll(() => db.$disconnect());

function cart(...lines: [productId: string, quantity: number][]): Cart {
  return { id: crypto.randomUUID(), lines: lines.map(([productId, quantity]) => ({ productId, quantity })) };
}

async function stockOf(productId: string): Promise<number> {
  return (await db.inventory.findUniqueOrThrow({ where: { productId } })).stock;
}

/** As the operator: the shop's own role may not. */
async function operator(statement: string, ...values: unknown[]): Promise<void> {
  const client = await connectAs(postgres, "orders");
  await client.query(statement, values);
  await client.end();
}

describe("an order", () => {
  test("takes from stock and freezes the prices of the database", async () => {
    const before = await stockOf(KEYBOARD);
    const placed = await placeOrder(cart([KEYBOARD, 2], [LAPTOP, 1]), DELIVERY, undefined, db);
    expect(placed).toMatchObject({ kind: "placed", totalVnd: 2n * 1_790_000n + 52_190_000n });
    expect(await stockOf(KEYBOARD)).toBe(before - 2);
    if (placed.kind !== "placed") return;
    await operator("update products set price_vnd = 1, discount_percent = 0 where id = $1", KEYBOARD);
    const order = await orderFor({ userId: undefined, receipts: [placed.orderId] }, placed.orderId, db);
    expect(order?.total).toBe(55_770_000);
    expect(order?.lines.map((line) => line.unitPrice).sort()).toEqual([1_790_000, 52_190_000]);
    expect(order?.recipient).toEqual(DELIVERY);
  });

  test("of more than there is takes nothing at all", async () => {
    const mice = await stockOf(MOUSE);
    const orders = await db.order.count();
    const placed = await placeOrder(cart([MOUSE, 1], [LAPTOP, 20]), DELIVERY, undefined, db);
    expect(placed).toEqual({ kind: "sold-out", shortages: [{ productId: LAPTOP, wanted: 20 }] });
    expect(await stockOf(MOUSE)).toBe(mice);
    expect(await db.order.count()).toBe(orders);
  });

  test("of what is not sold any more is none", async () => {
    await operator("update products set active = false where slug = 'webcam-viewsonic-fullhd'");
    const { id } = await db.product.findUniqueOrThrow({ where: { slug: "webcam-viewsonic-fullhd" } });
    expect(await placeOrder(cart([id, 1]), DELIVERY, undefined, db)).toEqual({
      kind: "gone",
      productIds: [id],
    });
    expect(await placeOrder(cart(["no-such", 1]), DELIVERY, undefined, db)).toMatchObject({ kind: "gone" });
    expect(await stockOf(id)).toBe(22);
  });

  test("submitted many times at once is one order", async () => {
    const before = await stockOf(MOUSE);
    const same = cart([MOUSE, 1]);
    const tries = await Promise.all(
      Array.from({ length: 12 }, () => placeOrder(same, DELIVERY, undefined, db)),
    );
    const ids = new Set(tries.map((placed) => (placed.kind === "placed" ? placed.orderId : placed.kind)));
    expect(ids.size).toBe(1);
    expect(await stockOf(MOUSE)).toBe(before - 1);
    expect(await placeOrder(same, DELIVERY, undefined, db)).toEqual(tries[0]);
  });

  test("of the last pieces, submitted twice at once, is not told that they are sold out", async () => {
    await operator("update inventory set stock = 3 where product_id = $1", LAPTOP);
    const same = cart([LAPTOP, 3]);
    const tries = await Promise.all([1, 2, 3, 4].map(() => placeOrder(same, DELIVERY, undefined, db)));
    expect(tries.map(({ kind }) => kind)).toEqual(["placed", "placed", "placed", "placed"]);
    expect(await stockOf(LAPTOP)).toBe(0);
  });
});

test("40 buyers at once for 30 pieces: 30 orders, stock 0, ten told so", async () => {
  await operator("update inventory set stock = 30 where product_id in ($1, $2)", MOUSE, KEYBOARD);
  // Half of them name the products in the other order, which must not make two wait for each other.
  const carts = Array.from({ length: 40 }, (_, buyer) =>
    buyer % 2 ? cart([MOUSE, 1], [KEYBOARD, 1]) : cart([KEYBOARD, 1], [MOUSE, 1]),
  );
  const before = await db.order.count();
  const placed = await Promise.all(carts.map((one) => placeOrder(one, DELIVERY, undefined, db)));
  expect(placed.filter(({ kind }) => kind === "placed")).toHaveLength(30);
  expect(placed.filter(({ kind }) => kind === "sold-out")).toHaveLength(10);
  expect(await stockOf(MOUSE)).toBe(0);
  expect(await stockOf(KEYBOARD)).toBe(0);
  expect(await db.order.count()).toBe(before + 30);
});

describe("an order is read", () => {
  const subjects = { anh: crypto.randomUUID(), bao: crypto.randomUUID() };
  let guests = "";
  let anhs = "";

  beforeAll(async () => {
    await operator("update inventory set stock = 10 where product_id = $1", MOUSE);
    for (const [id, cognitoSub] of Object.entries(subjects)) {
      await db.user.create({ data: { id, cognitoSub, email: `${id}@example.com` } });
    }
    const place = async (userId: string | undefined) => {
      const placed = await placeOrder(cart([MOUSE, 1]), DELIVERY, userId, db);
      return placed.kind === "placed" ? placed.orderId : "";
    };
    guests = await place(undefined);
    anhs = await place("anh");
  });

  test.each([
    ["its customer", { userId: "anh", receipts: [] }, false, true],
    ["another customer", { userId: "bao", receipts: [] }, false, false],
    ["a browser with its receipt", { userId: undefined, receipts: ["guests"] }, true, false],
    ["a browser that was somebody's", { userId: undefined, receipts: ["guests", "anhs"] }, true, false],
    ["nobody", { userId: undefined, receipts: [] }, false, false],
  ])("by %s", async (_who, { userId, receipts }, readsGuests, readsAnhs) => {
    const ids = { guests, anhs };
    const reader = { userId, receipts: receipts.map((name) => ids[name as keyof typeof ids]) };
    expect(Boolean(await orderFor(reader, guests, db))).toBe(readsGuests);
    expect(Boolean(await orderFor(reader, anhs, db))).toBe(readsAnhs);
    const list = await ordersFor(reader, db);
    expect(list.map(({ id }) => id).sort()).toEqual(
      [readsGuests && guests, readsAnhs && anhs].filter((id) => id !== false).sort(),
    );
  });
});
