"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { Quantity, quantityOf, withQuantity } from "@/cart/cart";
import { readCart, writeCart } from "@/cart/stored-cart";
import { productsById } from "@/catalogue/products";

const Line = z.object({ productId: z.string().min(1).max(40), quantity: Quantity });

/** Adds pieces of a product that is sold, no more than there are, and shows the cart. */
export async function addToCart(form: FormData): Promise<void> {
  const line = Line.safeParse(Object.fromEntries(form));
  if (!line.success) redirect("/cart");
  const { productId, quantity } = line.data;
  const product = (await productsById([productId])).get(productId);
  if (product?.active && product.stock > 0) {
    const cart = await readCart();
    const wanted = quantityOf(cart, productId) + Math.max(1, quantity);
    await writeCart(withQuantity(cart, productId, Math.min(wanted, product.stock)));
  }
  redirect("/cart");
}

/** Sets a line's quantity; 0 takes it out. A line that is not in the cart is not added. */
export async function setQuantity(form: FormData): Promise<void> {
  const line = Line.safeParse(Object.fromEntries(form));
  if (line.success) {
    const { productId, quantity } = line.data;
    const cart = await readCart();
    if (quantityOf(cart, productId) > 0) await writeCart(withQuantity(cart, productId, quantity));
  }
  redirect("/cart");
}
