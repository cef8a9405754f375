import "server-only";
import type { Cart } from "@/cart/cart";
import { type Database, database } from "@/database";
import type { Prisma } from "@/generated/prisma/client";
import { isUniqueViolation } from "@/unique-violation";

/** Where an order goes. */
export interface Delivery {
  name: string;
  phone: string;
  address: string;
}

/** A line that the stock does not cover. */
export interface Shortage {
  productId: string;
  wanted: number;
}

export type Placed =
  | { kind: "placed"; orderId: string; totalVnd: bigint }
  /** Nothing was ordered, and nothing taken from stock. */
  | { kind: "sold-out"; shortages: Shortage[] }
  /** A product is not sold any more. */
  | { kind: "gone"; productIds: string[] };

/** Ends the transaction, which takes back what it took. */
class Refused extends Error {
  constructor(readonly answer: Placed) {
    super(answer.kind);
  }
}

/**
 * Makes an order of a cart in one transaction: takes from stock, freezes the prices of the database. The cart's id is
 * the order's idempotency key: the same cart again, at once or later, is the order that there is.
 */
export async function placeOrder(
  cart: Cart,
  delivery: Delivery,
  userId: string | undefined,
  db: Database = database(),
): Promise<Placed> {
  const before = await orderOfCart(cart.id, db);
  if (before) return before;
  try {
    return await db.$transaction((tx) => take(cart, delivery, userId, tx), {
      // Buyers of the same product wait for each other, and each takes a connection.
      maxWait: 15_000,
      timeout: 15_000,
    });
  } catch (error) {
    if (error instanceof Refused) {
      // Another submission of this cart may have taken the last pieces.
      return (await orderOfCart(cart.id, db)) ?? error.answer;
    }
    const other = isUniqueViolation(error) && (await orderOfCart(cart.id, db));
    if (other) return other;
    throw error;
  }
}

async function take(
  cart: Cart,
  delivery: Delivery,
  userId: string | undefined,
  tx: Prisma.TransactionClient,
): Promise<Placed> {
  // Everybody in the same order, or two buyers could wait for each other.
  const lines = [...cart.lines].sort((a, b) => (a.productId < b.productId ? -1 : 1));
  if (lines.length === 0) throw new RangeError("an empty cart is no order");
  const shortages: Shortage[] = [];
  for (const { productId, quantity } of lines) {
    const taken = await tx.inventory.updateMany({
      where: { productId, stock: { gte: quantity } },
      data: { stock: { decrement: quantity }, updatedAt: new Date() },
    });
    if (taken.count === 0) shortages.push({ productId, wanted: quantity });
  }
  const products = await tx.product.findMany({
    where: { id: { in: lines.map((line) => line.productId) }, active: true },
    select: { id: true, salePriceVnd: true },
  });
  const prices = new Map(products.map(({ id, salePriceVnd }) => [id, salePriceVnd]));
  const gone = lines.filter((line) => !prices.has(line.productId));
  if (gone.length > 0) throw new Refused({ kind: "gone", productIds: gone.map((line) => line.productId) });
  if (shortages.length > 0) throw new Refused({ kind: "sold-out", shortages });

  const items = lines.map(({ productId, quantity }) => {
    const unitPriceVnd = prices.get(productId) ?? 0n;
    return { productId, quantity, unitPriceVnd };
  });
  const totalVnd = items.reduce((sum, item) => sum + item.unitPriceVnd * BigInt(item.quantity), 0n);
  const order = await tx.order.create({
    data: {
      userId: userId ?? null,
      totalVnd,
      idempotencyKey: cart.id,
      recipientName: delivery.name,
      recipientPhone: delivery.phone,
      deliveryAddress: delivery.address,
      items: { createMany: { data: items } },
    },
    select: { id: true },
  });
  return { kind: "placed", orderId: order.id, totalVnd };
}

async function orderOfCart(cartId: string, db: Database): Promise<Placed | undefined> {
  const order = await db.order.findUnique({
    where: { idempotencyKey: cartId },
    select: { id: true, totalVnd: true },
  });
  return order ? { kind: "placed", orderId: order.id, totalVnd: order.totalVnd } : undefined;
}
