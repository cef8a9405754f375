import { TrackView } from "@sbw/clickstream/react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { currentSession } from "@/auth/session";
import { eventCart } from "@/cart/event-cart";
import { type PricedCart, pricedCart } from "@/cart/stored-cart";
import { formatPrice } from "@/catalogue/price";
import { LoginLink } from "@/clickstream/login-link";
import { customerById } from "@/customers/customers";
import { settings } from "@/settings";
import { CheckoutForm } from "@/ui/checkout-form";
import { CheckoutSteps } from "@/ui/checkout-steps";
import { ProductPicture } from "@/ui/drawing";

export const metadata: Metadata = { title: "Đặt hàng", robots: { index: false } };

export default async function CheckoutPage() {
  const [cart, session] = await Promise.all([pricedCart(), currentSession()]);
  if (cart.lines.length === 0) redirect("/cart");
  const customer = session && (await customerById(session.userId));
  return (
    <div className="page">
      <TrackView event="checkout_start" cart={eventCart(cart)} />
      <CheckoutSteps current="delivery" />
      <h1 className="text-3xl font-bold">Thông tin giao hàng</h1>
      {!session && settings().LOGIN !== "none" && (
        <p className="mt-2 text-muted">
          Bạn có thể đặt hàng không cần tài khoản, hoặc{" "}
          <LoginLink className="link font-semibold text-ink">đăng nhập</LoginLink> để lưu đơn hàng.
        </p>
      )}
      <div className="mt-6 grid gap-10 lg:grid-cols-[1fr_24rem] lg:gap-16">
        <CheckoutForm
          cartId={cart.id}
          total={formatPrice(cart.total)}
          initial={{ name: customer?.fullName ?? "", phone: customer?.phone ?? "" }}
        />
        <Summary cart={cart} />
      </div>
    </div>
  );
}

function Summary({ cart }: { cart: PricedCart }) {
  return (
    <section
      aria-labelledby="summary"
      className="order-first rounded-2xl bg-surface p-6 lg:sticky lg:top-6 lg:order-none lg:self-start"
    >
      <h2 id="summary" className="text-lg font-bold">
        Đơn hàng
      </h2>
      <ul className="mt-4 space-y-4">
        {cart.lines.map(({ product, quantity, total }) => (
          <li key={product.id} className="flex items-center gap-3.5">
            <ProductPicture product={product} className="aspect-[4/3] w-16 shrink-0 rounded-md" />
            <div className="min-w-0 grow text-sm">
              <p className="line-clamp-2 leading-snug">{product.name}</p>
              <p className="text-muted">
                {quantity} × {formatPrice(product.price)}
              </p>
            </div>
            <p className="shrink-0 text-sm font-semibold tabular-nums">{formatPrice(total)}</p>
          </li>
        ))}
      </ul>
      <dl className="mt-5 space-y-2.5 border-t border-line pt-4 tabular-nums">
        <div className="flex justify-between gap-4">
          <dt className="text-muted">Giao hàng</dt>
          <dd>Miễn phí</dd>
        </div>
        <div className="flex items-baseline justify-between gap-4 font-bold">
          <dt>Tổng cộng</dt>
          <dd className="text-xl">{formatPrice(cart.total)}</dd>
        </div>
      </dl>
    </section>
  );
}
