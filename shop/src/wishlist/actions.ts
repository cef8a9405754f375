"use server";

import { redirect } from "next/navigation";
import { productsById } from "@/catalogue/products";
import { returnPath } from "@/security/return-path";
import { wishlist, writeWishlist } from "@/wishlist/wishlist";

/** Puts a product on the wishlist, or takes it off. */
export async function toggleWish(form: FormData): Promise<void> {
  const productId = String(form.get("productId") ?? "").slice(0, 40);
  const before = await wishlist();
  if (before.includes(productId)) {
    await writeWishlist(before.filter((id) => id !== productId));
  } else if ((await productsById([productId])).has(productId)) {
    await writeWishlist([productId, ...before]);
  }
  redirect(returnPath(String(form.get("from") ?? "/wishlist")));
}
