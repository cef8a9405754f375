import Link from "next/link";
import { setQuantity } from "@/cart/actions";
import { MOST_PIECES } from "@/cart/cart";
import type { PricedLine } from "@/cart/stored-cart";
import { formatPrice } from "@/catalogue/price";
import { eventProduct, pathOf } from "@/catalogue/product";
import { TrackedForm } from "@/clickstream/tracked-form";
import { ProductPicture } from "@/ui/drawing";

/** A line of the cart, which one click makes longer, shorter or gone. */
export function CartLine({ line: { product, quantity, total } }: { line: PricedLine }) {
  const told = eventProduct(product);
  const most = Math.min(MOST_PIECES, product.stock);
  const step =
    "grid size-11 place-items-center rounded-lg text-lg hover:bg-surface disabled:text-muted disabled:opacity-50";
  return (
    <li className="group grid grid-cols-[6rem_1fr] gap-x-4 py-5 sm:grid-cols-[8rem_1fr] sm:gap-x-6">
      <ProductPicture product={product} className="aspect-[4/3] self-start rounded-lg" />
      <div className="flex min-w-0 flex-col">
        <div className="flex flex-col justify-between gap-x-6 gap-y-1 sm:flex-row">
          <div>
            <p className="text-sm text-muted">{product.brand}</p>
            <Link
              href={pathOf(product)}
              className="leading-snug font-semibold underline-offset-4 hover:underline"
            >
              {product.name}
            </Link>
          </div>
          <div className="shrink-0 tabular-nums sm:text-right">
            <p className="font-bold">{formatPrice(total)}</p>
            {quantity > 1 && <p className="text-sm text-muted">{formatPrice(product.price)} một chiếc</p>}
          </div>
        </div>
        {quantity > product.stock && (
          <p className="mt-1 text-sm font-semibold text-bad">
            {product.stock === 0 ? "Vừa hết hàng." : `Chỉ còn ${product.stock} chiếc.`}
          </p>
        )}
        <div className="mt-2 flex items-center justify-between">
          <div className="flex items-center rounded-xl border border-line">
            <TrackedForm
              action={setQuantity}
              meaning={{ event: "remove_from_cart_click", product: told, quantity: 1 }}
            >
              <input type="hidden" name="productId" value={product.id} />
              <input type="hidden" name="quantity" value={quantity - 1} />
              <button type="submit" className={step} aria-label={`Bớt một chiếc ${product.name}`}>
                −
              </button>
            </TrackedForm>
            <span className="min-w-8 text-center font-semibold tabular-nums">
              <span className="sr-only">Số lượng: </span>
              {quantity}
            </span>
            <StepUp product={product} quantity={quantity} most={most} className={step} />
          </div>
          <TrackedForm
            action={setQuantity}
            meaning={{ event: "remove_from_cart_click", product: told, quantity }}
          >
            <input type="hidden" name="productId" value={product.id} />
            <input type="hidden" name="quantity" value="0" />
            <button
              type="submit"
              className="-mr-2 min-h-11 rounded-lg px-2 text-sm font-semibold text-muted underline-offset-4 hover:text-ink hover:underline"
              aria-label={`Xóa ${product.name} khỏi giỏ`}
            >
              Xóa
            </button>
          </TrackedForm>
        </div>
      </div>
    </li>
  );
}

function StepUp({
  product,
  quantity,
  most,
  className,
}: Pick<PricedLine, "product" | "quantity"> & { most: number; className: string }) {
  return (
    <TrackedForm
      action={setQuantity}
      meaning={{ event: "add_to_cart_click", product: eventProduct(product), pieces: 1 }}
    >
      <input type="hidden" name="productId" value={product.id} />
      <input type="hidden" name="quantity" value={quantity + 1} />
      <button
        type="submit"
        disabled={quantity >= most}
        className={className}
        aria-label={`Thêm một chiếc ${product.name}`}
      >
        +
      </button>
    </TrackedForm>
  );
}
