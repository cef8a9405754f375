import "server-only";
import { toVnd } from "@/catalogue/price";
import { type Product, productOf } from "@/catalogue/product";
import { type Database, database } from "@/database";

/** An order as pages show it. Money is whole VND, as it was when it was placed. */
export interface Order {
  id: string;
  /** What the customer is told. */
  number: string;
  status: string;
  total: number;
  createdAt: Date;
  recipient: { name: string; phone: string; address: string } | undefined;
  lines: { product: Product; quantity: number; unitPrice: number }[];
}

/** Who may see an order: the customer who placed it, or the browser that keeps its receipt. */
export interface Reader {
  userId: string | undefined;
  receipts: string[];
}

const WITH_LINES = {
  items: {
    include: { product: { include: { inventory: { select: { stock: true } } } } },
    orderBy: { productId: "asc" },
  },
} as const;

/** An order that this reader may see; one of somebody else is as if there were none. */
export async function orderFor(
  reader: Reader,
  id: string,
  db: Database = database(),
): Promise<Order | undefined> {
  const stored = await db.order.findFirst({ where: { id, OR: mayRead(reader) }, include: WITH_LINES });
  return stored ? orderOf(stored) : undefined;
}

/** The reader's orders, newest first. */
export async function ordersFor(reader: Reader, db: Database = database()): Promise<Order[]> {
  const stored = await db.order.findMany({
    where: { OR: mayRead(reader) },
    include: WITH_LINES,
    orderBy: [{ createdAt: "desc" }, { id: "asc" }],
    take: 50,
  });
  return stored.map(orderOf);
}

function mayRead({ userId, receipts }: Reader) {
  // A receipt opens a guest's order only: a customer's needs the customer.
  return [{ id: { in: receipts }, userId: null }, ...(userId ? [{ userId }] : [])];
}

type Stored = NonNullable<Awaited<ReturnType<typeof stored>>>;
const stored = (db: Database) => db.order.findFirst({ include: WITH_LINES });

function orderOf(order: Stored): Order {
  const { id, status, totalVnd, createdAt, recipientName, recipientPhone, deliveryAddress } = order;
  const recipient =
    recipientName && recipientPhone && deliveryAddress
      ? { name: recipientName, phone: recipientPhone, address: deliveryAddress }
      : undefined;
  return {
    id,
    number: orderNumber(id),
    status,
    total: toVnd(totalVnd),
    createdAt,
    recipient,
    lines: order.items.map(({ product, quantity, unitPriceVnd }) => ({
      product: productOf(product),
      quantity,
      unitPrice: toVnd(unitPriceVnd),
    })),
  };
}

/** `DH` and the first ten digits of the id: short enough to read out, and nobody counts the shop's orders by it. */
export function orderNumber(id: string): string {
  return `DH${id.replaceAll("-", "").slice(0, 10).toUpperCase()}`;
}

export const STATUS_NAMES: Record<string, string> = {
  new: "Đã nhận đơn",
  paid: "Đã thanh toán",
  shipped: "Đang giao",
  delivered: "Đã giao",
  cancelled: "Đã hủy",
};
