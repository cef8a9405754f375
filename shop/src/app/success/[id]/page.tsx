import { TrackView } from "@sbw/clickstream/react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { z } from "zod";
import { currentSession } from "@/auth/session";
import { eventOrder } from "@/orders/event-order";
import { orderFor } from "@/orders/orders";
import { currentReader } from "@/orders/receipts";
import { CheckoutSteps } from "@/ui/checkout-steps";
import { OrderDetails } from "@/ui/order-details";

export const metadata: Metadata = { title: "Đã đặt hàng", robots: { index: false } };

export default async function SuccessPage({ params }: { params: Promise<{ id: string }> }) {
  const id = z.uuid().safeParse((await params).id);
  const order = id.success ? await orderFor(await currentReader(), id.data) : undefined;
  if (!order) notFound();
  const session = await currentSession();
  return (
    <div className="page">
      <TrackView event="checkout_complete" eventId={order.id} order={eventOrder(order)} />
      <CheckoutSteps current="done" />
      <div className="grid gap-10 lg:grid-cols-[1fr_26rem] lg:gap-16">
        <div>
          <h1 className="text-3xl font-bold sm:text-4xl">Cảm ơn bạn đã đặt hàng</h1>
          <p className="mt-3 max-w-prose text-[1.0625rem] leading-relaxed text-muted">
            Chúng tôi đã nhận đơn <strong className="text-ink">{order.number}</strong> và sẽ gọi trước khi
            giao.{" "}
            {session
              ? "Đơn hàng nằm trong tài khoản của bạn."
              : "Trình duyệt này giữ biên nhận của đơn hàng trong 90 ngày."}
          </p>
          <ol className="mt-8 space-y-5 border-l-2 border-line pl-6">
            {[
              ["Đã nhận đơn", "Hàng đã được giữ cho bạn."],
              ["Đóng gói", "Trong ngày làm việc."],
              ["Giao hàng", "2–4 ngày làm việc; trả tiền khi nhận."],
            ].map(([title, text], index) => (
              <li key={title} className="relative">
                <span
                  aria-hidden="true"
                  className={`absolute top-1.5 -left-[1.9375rem] size-3 rounded-full ring-4 ring-paper ${index === 0 ? "bg-accent" : "bg-line"}`}
                />
                <p className="font-semibold">{title}</p>
                <p className="text-sm text-muted">{text}</p>
              </li>
            ))}
          </ol>
          <div className="mt-8 flex flex-wrap gap-3">
            <Link href="/" className="button">
              Tiếp tục mua sắm
            </Link>
            <Link href="/orders" className="button button-quiet">
              Xem đơn hàng
            </Link>
          </div>
        </div>
        <OrderDetails order={order} />
      </div>
    </div>
  );
}
