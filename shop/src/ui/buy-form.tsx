import Link from "next/link";
import { addToCart } from "@/cart/actions";
import { MOST_PIECES } from "@/cart/cart";
import { eventProduct, type Product } from "@/catalogue/product";
import { TrackedForm } from "@/clickstream/tracked-form";

/** Puts pieces into the cart, at most as many as there are besides those that are in it. */
export function BuyForm({ product, inCart }: { product: Product; inCart: number }) {
  const most = Math.min(MOST_PIECES, product.stock) - inCart;
  return (
    <>
      <TrackedForm
        action={addToCart}
        meaning={{ event: "add_to_cart_click", product: eventProduct(product) }}
        // Not at the edge while the banner about counting is there, which would cover it.
        className="sticky bottom-0 z-10 -mx-4 mt-4 flex gap-3 bg-paper px-4 py-3 in-[body:has(>#consent)]:static sm:static sm:mx-0 sm:px-0 sm:py-0"
      >
        <input type="hidden" name="productId" value={product.id} />
        <label className="relative">
          <span className="sr-only">Số lượng</span>
          <select name="quantity" defaultValue="1" disabled={most < 1} className="field w-20 font-semibold">
            {Array.from({ length: Math.max(1, most) }, (_, index) => index + 1).map((pieces) => (
              <option key={pieces}>{pieces}</option>
            ))}
          </select>
        </label>
        <button type="submit" disabled={most < 1} className="button grow">
          {product.stock === 0 ? "Tạm hết hàng" : "Thêm vào giỏ"}
        </button>
      </TrackedForm>
      {inCart > 0 && (
        <p className="mt-3 text-sm text-muted">
          Đã có {inCart} chiếc trong{" "}
          <Link href="/cart" className="link font-semibold text-ink">
            giỏ hàng
          </Link>
          {most < 1 && ", là tất cả những gì còn lại hoặc mức tối đa cho một đơn"}.
        </p>
      )}
    </>
  );
}
