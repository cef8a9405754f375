import { eventItem } from "@/cart/event-cart";
import type { Order } from "@/orders/orders";

/** An order as `checkout_complete` tells it, at the prices it was placed at. */
export function eventOrder(order: Order) {
  const items = order.lines.map(({ product, quantity, unitPrice }) => {
    const price = Math.max(product.listPrice, unitPrice);
    return eventItem({ ...product, listPrice: price, price: unitPrice }, quantity);
  });
  return { id: order.id, number: order.number, total: order.total, items };
}
