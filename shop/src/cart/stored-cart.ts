import "server-only";
import { cache } from "react";
import { Cart, emptyCart } from "@/cart/cart";
import type { Product } from "@/catalogue/product";
import { productsById } from "@/catalogue/products";
import { sealedCookie } from "@/security/sealed-cookie";

const cookie = sealedCookie("cart", Cart, 60 * 60 * 24 * 30);

/** The browser's cart; a new one if it has none. */
export async function readCart(): Promise<Cart> {
  return (await cookie.read()) ?? emptyCart();
}

export const writeCart = cookie.write;

/** A line with its product, priced by the database. */
export interface PricedLine {
  product: Product;
  quantity: number;
  /** Price of all its pieces, VND. */
  total: number;
}

export interface PricedCart {
  id: string;
  lines: PricedLine[];
  /** VND. */
  total: number;
  /** Whether everything can be delivered as it stands. */
  available: boolean;
}

/** The cart as pages show it, once a request. Products that are gone from the catalogue are left out. */
export const pricedCart = cache(async (): Promise<PricedCart> => {
  const cart = await readCart();
  const products = await productsById(cart.lines.map((line) => line.productId));
  const lines = cart.lines.flatMap(({ productId, quantity }) => {
    const product = products.get(productId);
    return product?.active ? [{ product, quantity, total: product.price * quantity }] : [];
  });
  return {
    id: cart.id,
    lines,
    total: lines.reduce((sum, line) => sum + line.total, 0),
    available: lines.every(({ product, quantity }) => product.stock >= quantity),
  };
});
