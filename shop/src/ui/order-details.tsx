import Link from "next/link";
import { formatPrice } from "@/catalogue/price";
import { pathOf } from "@/catalogue/product";
import type { Order } from "@/orders/orders";
import { ProductPicture } from "@/ui/drawing";

/** What was bought, for how much, and where it goes. */
export function OrderDetails({ order }: { order: Order }) {
  return (
    <section aria-labelledby="details" className="self-start rounded-2xl bg-surface p-6">
      <h2 id="details" className="text-lg font-bold">
        Chi tiết đơn hàng
      </h2>
      <ul className="mt-4 space-y-4">
        {order.lines.map(({ product, quantity, unitPrice }) => (
          <li key={product.id} className="flex items-center gap-3.5">
            <ProductPicture product={product} className="aspect-[4/3] w-16 shrink-0 rounded-md" />
            <div className="min-w-0 grow text-sm">
              <Link
                href={pathOf(product)}
                className="line-clamp-2 leading-snug underline-offset-4 hover:underline"
              >
                {product.name}
              </Link>
              <p className="text-muted">
                {quantity} × {formatPrice(unitPrice)}
              </p>
            </div>
            <p className="shrink-0 text-sm font-semibold tabular-nums">{formatPrice(unitPrice * quantity)}</p>
          </li>
        ))}
      </ul>
      <p className="mt-5 flex items-baseline justify-between gap-4 border-t border-line pt-4 font-bold tabular-nums">
        Tổng cộng <span className="text-xl">{formatPrice(order.total)}</span>
      </p>
      {order.recipient && (
        <div className="mt-5 border-t border-line pt-4 text-sm leading-relaxed">
          <h3 className="font-semibold tracking-normal">Giao đến</h3>
          <address className="mt-1 break-words text-muted not-italic">
            {order.recipient.name}
            <br />
            {order.recipient.phone}
            <br />
            <span className="whitespace-pre-line">{order.recipient.address}</span>
          </address>
        </div>
      )}
    </section>
  );
}
