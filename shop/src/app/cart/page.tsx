import type { Metadata } from "next";
import Link from "next/link";
import { type PricedCart, pricedCart } from "@/cart/stored-cart";
import { formatPrice } from "@/catalogue/price";
import { CartLine } from "@/ui/cart-line";
import { CheckoutSteps } from "@/ui/checkout-steps";
import { Empty } from "@/ui/empty";

export const metadata: Metadata = { title: "Giỏ hàng", robots: { index: false } };

export default async function CartPage() {
  const cart = await pricedCart();
  if (cart.lines.length === 0) {
    return (
      <div className="page">
        <Empty title="Giỏ hàng đang trống" drawing="backpack">
          Chọn vài món cho góc làm việc của bạn; chúng sẽ đợi ở đây trong 30 ngày.
        </Empty>
      </div>
    );
  }
  return (
    <div className="page">
      <CheckoutSteps current="cart" />
      <h1 className="text-3xl font-bold">Giỏ hàng</h1>
      <div className="mt-6 grid gap-8 lg:grid-cols-[1fr_22rem] lg:gap-12">
        <ul className="divide-y divide-line self-start border-y border-line">
          {cart.lines.map((line) => (
            <CartLine key={line.product.id} line={line} />
          ))}
        </ul>
        <Summary cart={cart} />
      </div>
    </div>
  );
}

function Summary({ cart }: { cart: PricedCart }) {
  const listTotal = cart.lines.reduce((sum, { product, quantity }) => sum + product.listPrice * quantity, 0);
  const saved = listTotal - cart.total;
  return (
    <section
      aria-labelledby="summary"
      className="rounded-2xl bg-surface p-6 lg:sticky lg:top-6 lg:self-start"
    >
      <h2 id="summary" className="text-lg font-bold">
        Tóm tắt
      </h2>
      <dl className="mt-4 space-y-2.5 tabular-nums">
        <div className="flex justify-between gap-4">
          <dt className="text-muted">Tạm tính</dt>
          <dd>{formatPrice(listTotal)}</dd>
        </div>
        {saved > 0 && (
          <div className="flex justify-between gap-4">
            <dt className="text-muted">Giảm giá</dt>
            <dd className="text-accent">−{formatPrice(saved)}</dd>
          </div>
        )}
        <div className="flex justify-between gap-4">
          <dt className="text-muted">Giao hàng</dt>
          <dd>Miễn phí</dd>
        </div>
        <div className="flex items-baseline justify-between gap-4 border-t border-line pt-3.5 font-bold">
          <dt>Tổng cộng</dt>
          <dd className="text-xl">{formatPrice(cart.total)}</dd>
        </div>
      </dl>
      {cart.available ? (
        <Link href="/checkout" className="button mt-5 w-full">
          Tiến hành đặt hàng
        </Link>
      ) : (
        <p role="alert" className="mt-5 text-sm font-semibold text-bad">
          Có món không đủ hàng. Vui lòng giảm số lượng để tiếp tục.
        </p>
      )}
      <Link href="/" className="link mt-4 block w-fit text-sm font-semibold">
        Mua thêm
      </Link>
    </section>
  );
}
