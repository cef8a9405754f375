"use server";

import { redirect } from "next/navigation";
import { currentSession } from "@/auth/session";
import { emptyCart } from "@/cart/cart";
import { readCart, writeCart } from "@/cart/stored-cart";
import { productsById } from "@/catalogue/products";
import { type CheckoutErrors, FIELDS, type Field, readCheckout } from "@/orders/checkout-form";
import { type Placed, placeOrder } from "@/orders/place-order";
import { keepReceipt, orderOfCartHere } from "@/orders/receipts";

/** What the checkout shows after a try that was no order. */
export interface CheckoutState {
  errors: CheckoutErrors;
  /** About the cart, not about a field. */
  problem: string | undefined;
  /** What was typed, so that nothing must be typed again. */
  typed: Partial<Record<Field, string>>;
}

/** Orders the cart, or says why not. The same cart twice is one order, whichever tab or click sends it. */
export async function order(_before: CheckoutState, form: FormData): Promise<CheckoutState> {
  const typed: CheckoutState["typed"] = {};
  for (const field of FIELDS) {
    const text = form.get(field);
    if (typeof text === "string") typed[field] = text.slice(0, 400);
  }
  const read = readCheckout(form);
  if ("errors" in read) return { errors: read.errors, problem: undefined, typed };

  const { cartId, name, phone, address } = read.data;
  const refuse = (problem: string): CheckoutState => ({ errors: {}, problem, typed });
  const cart = await readCart();
  if (cart.id !== cartId || cart.lines.length === 0) {
    const before = await orderOfCartHere(cartId);
    if (before) redirect(`/success/${before}`);
    return refuse("Giỏ hàng đã thay đổi ở một cửa sổ khác. Vui lòng xem lại giỏ hàng rồi đặt hàng.");
  }
  const session = await currentSession();
  const placed = await placeOrder(cart, { name, phone, address }, session?.userId);
  if (placed.kind !== "placed") return refuse(await whyNot(placed));
  await keepReceipt({ id: placed.orderId, cartId });
  await writeCart(emptyCart());
  redirect(`/success/${placed.orderId}`);
}

async function whyNot(answer: Exclude<Placed, { kind: "placed" }>): Promise<string> {
  const ids = answer.kind === "gone" ? answer.productIds : answer.shortages.map(({ productId }) => productId);
  const products = await productsById(ids);
  const told = ids.map((id) => {
    const product = products.get(id);
    const name = product?.name ?? "Một sản phẩm";
    if (answer.kind === "gone" || !product) return `${name} không còn bán.`;
    return product.stock > 0 ? `${name} chỉ còn ${product.stock} chiếc.` : `${name} vừa hết hàng.`;
  });
  return `${told.join(" ")} Đơn hàng chưa được đặt; giỏ hàng của bạn vẫn còn nguyên.`;
}
