import { formatPrice } from "@/catalogue/price";
import type { Product } from "@/catalogue/product";

/** What a buyer pays, and what it was before. Screen readers are told which is which. */
export function Price({ product, large = false }: { product: Product; large?: boolean }) {
  const reduced = product.price < product.listPrice;
  return (
    <p className="flex flex-wrap items-baseline gap-x-2.5 gap-y-0.5 tabular-nums">
      {reduced && <span className="sr-only">Giá khuyến mãi</span>}
      <span
        className={`font-bold ${large ? "text-3xl" : "text-[1.0625rem]"} ${reduced ? "text-accent" : ""}`}
      >
        {formatPrice(product.price)}
      </span>
      {reduced && (
        <>
          <span className="sr-only">Giá niêm yết</span>
          <s className={`text-muted ${large ? "text-lg" : "text-sm"}`}>{formatPrice(product.listPrice)}</s>
        </>
      )}
    </p>
  );
}

export function DiscountBadge({ product, className = "" }: { product: Product; className?: string }) {
  if (product.price >= product.listPrice) return null;
  return (
    <span className={`rounded-md bg-accent px-2 py-0.5 text-sm font-bold text-on-accent ${className}`}>
      <span className="sr-only">Giảm </span>−{product.discountPercent}%
    </span>
  );
}
