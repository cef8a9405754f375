import type { Item } from "@sbw/clickstream";
import type { PricedCart } from "@/cart/stored-cart";
import { eventProduct, type Product } from "@/catalogue/product";

/** A product as an item of a cart or an order in events. */
export function eventItem(product: Product, quantity: number): Item {
  const { id, urlPath: _, ...told } = eventProduct(product);
  return { productId: id ?? product.id, ...told, quantity };
}

export function eventCart(cart: PricedCart) {
  const items = cart.lines.map(({ product, quantity }) => eventItem(product, quantity));
  return { id: cart.id, total: cart.total, items };
}
