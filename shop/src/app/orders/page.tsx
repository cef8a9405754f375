import type { Metadata } from "next";
import Link from "next/link";
import { formatPrice } from "@/catalogue/price";
import { type Order, ordersFor, STATUS_NAMES } from "@/orders/orders";
import { currentReader } from "@/orders/receipts";
import { Breadcrumbs } from "@/ui/breadcrumbs";
import { ProductPicture } from "@/ui/drawing";
import { Empty } from "@/ui/empty";

export const metadata: Metadata = { title: "Đơn hàng", robots: { index: false } };

const dayOf = new Intl.DateTimeFormat("vi-VN", { dateStyle: "long", timeZone: "Asia/Ho_Chi_Minh" });

export default async function OrdersPage() {
  const orders = await ordersFor(await currentReader());
  if (orders.length === 0) {
    return (
      <div className="page">
        <Empty title="Chưa có đơn hàng nào" drawing="hub">
          Đơn hàng đặt trên trình duyệt này hoặc bằng tài khoản của bạn sẽ hiện ở đây.
        </Empty>
      </div>
    );
  }
  return (
    <div className="page max-w-4xl">
      <Breadcrumbs path={[{ name: "Đơn hàng" }]} />
      <h1 className="text-3xl font-bold">Đơn hàng</h1>
      <ul className="mt-6 space-y-4">
        {orders.map((order) => (
          <OrderCard key={order.id} order={order} />
        ))}
      </ul>
    </div>
  );
}

function OrderCard({ order }: { order: Order }) {
  const pieces = order.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <li className="group relative rounded-2xl border border-line p-5 hover:border-muted">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <h2 className="font-bold tracking-normal">
          <Link
            href={`/orders/${order.id}`}
            className="underline-offset-4 group-hover:underline after:absolute after:inset-0 after:rounded-2xl"
          >
            {order.number}
          </Link>
        </h2>
        <p className="font-bold tabular-nums">{formatPrice(order.total)}</p>
        <p className="w-full text-sm text-muted">
          {dayOf.format(order.createdAt)} · {pieces} sản phẩm · {STATUS_NAMES[order.status]}
        </p>
      </div>
      <div className="mt-4 flex gap-2">
        {order.lines.slice(0, 5).map(({ product }) => (
          <ProductPicture key={product.id} product={product} className="aspect-[4/3] w-20 rounded-lg" />
        ))}
      </div>
    </li>
  );
}
