import "server-only";
import { z } from "zod";
import { sealedCookie } from "@/security/sealed-cookie";

const Wishlist = z.object({ productIds: z.array(z.string().max(40)).max(40) });

const cookie = sealedCookie("wishlist", Wishlist, 60 * 60 * 24 * 180);

/** Ids of the products that this browser's visitor likes, the latest first. */
export async function wishlist(): Promise<string[]> {
  return (await cookie.read())?.productIds ?? [];
}

export async function writeWishlist(productIds: string[]): Promise<void> {
  await cookie.write({ productIds: productIds.slice(0, 40) });
}
