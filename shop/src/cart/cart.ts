import { z } from "zod";

/** A line's most; more is a matter for the shop's salespeople. */
export const MOST_PIECES = 20;
/** As many lines as a cookie of 4 KB can hold, with room to spare. */
export const MOST_LINES = 30;

const ProductId = z.string().min(1).max(40);
export const Quantity = z.coerce.number().int().min(0).max(MOST_PIECES);

export const Cart = z.object({
  /** Becomes the idempotency key of its order, and the cart's id in events. */
  id: z.uuid(),
  lines: z
    .array(z.object({ productId: ProductId, quantity: z.number().int().min(1).max(MOST_PIECES) }))
    .max(MOST_LINES),
});
/** What a browser keeps of a cart: ids and quantities, never a price. */
export type Cart = z.output<typeof Cart>;

export function emptyCart(): Cart {
  return { id: crypto.randomUUID(), lines: [] };
}

/** How many of a product are in it. */
export function quantityOf(cart: Cart, productId: string): number {
  return cart.lines.find((line) => line.productId === productId)?.quantity ?? 0;
}

/** The cart with so many of a product, at most `MOST_PIECES`; none takes it out. A full cart takes nothing new. */
export function withQuantity(cart: Cart, productId: string, quantity: number): Cart {
  const pieces = Math.min(MOST_PIECES, Math.max(0, quantity));
  const known = cart.lines.some((line) => line.productId === productId);
  if (!known) {
    if (pieces === 0 || cart.lines.length >= MOST_LINES) return cart;
    return { ...cart, lines: [...cart.lines, { productId, quantity: pieces }] };
  }
  const lines = cart.lines.map((line) =>
    line.productId === productId ? { productId, quantity: pieces } : line,
  );
  return { ...cart, lines: lines.filter((line) => line.quantity > 0) };
}

/** All pieces in it. */
export function countPieces(cart: Cart): number {
  return cart.lines.reduce((sum, line) => sum + line.quantity, 0);
}
