import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";
import { orderFor, STATUS_NAMES } from "@/orders/orders";
import { currentReader } from "@/orders/receipts";
import { Breadcrumbs } from "@/ui/breadcrumbs";
import { OrderDetails } from "@/ui/order-details";

export const metadata: Metadata = { title: "Đơn hàng", robots: { index: false } };

const timeOf = new Intl.DateTimeFormat("vi-VN", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "Asia/Ho_Chi_Minh",
});

export default async function OrderPage({ params }: { params: Promise<{ id: string }> }) {
  const id = z.uuid().safeParse((await params).id);
  const order = id.success ? await orderFor(await currentReader(), id.data) : undefined;
  if (!order) notFound();
  return (
    <div className="page max-w-3xl">
      <Breadcrumbs path={[{ name: "Đơn hàng", href: "/orders" }, { name: order.number }]} />
      <h1 className="text-3xl font-bold">Đơn hàng {order.number}</h1>
      <p className="mt-2 mb-6 text-muted">
        {STATUS_NAMES[order.status]} · {timeOf.format(order.createdAt)}
      </p>
      <OrderDetails order={order} />
    </div>
  );
}
