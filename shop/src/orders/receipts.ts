import "server-only";
import { z } from "zod";
import { currentSession } from "@/auth/session";
import type { Reader } from "@/orders/orders";
import { sealedCookie } from "@/security/sealed-cookie";

/** Orders that this browser placed, newest first, each with the cart that it was. */
const Receipts = z.object({
  orders: z.array(z.object({ id: z.uuid(), cartId: z.uuid() })).max(15),
});

const cookie = sealedCookie("receipts", Receipts, 60 * 60 * 24 * 90);

export async function keepReceipt(order: { id: string; cartId: string }): Promise<void> {
  const { orders } = (await cookie.read()) ?? { orders: [] };
  const others = orders.filter(({ id }) => id !== order.id);
  await cookie.write({ orders: [order, ...others].slice(0, 15) });
}

/** The order that a cart of this browser has become. */
export async function orderOfCartHere(cartId: string): Promise<string | undefined> {
  const receipts = await cookie.read();
  return receipts?.orders.find((order) => order.cartId === cartId)?.id;
}

/** Who asks for orders in this request. */
export async function currentReader(): Promise<Reader> {
  const [session, receipts] = await Promise.all([currentSession(), cookie.read()]);
  return { userId: session?.userId, receipts: (receipts?.orders ?? []).map(({ id }) => id) };
}
