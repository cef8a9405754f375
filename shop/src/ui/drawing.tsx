import { drawingOf, type Product, toneOf } from "@/catalogue/product";

/** A drawing of `public/drawings.svg`, 4:3. Its name stands beside it, so it says nothing itself. */
export function Drawing({ name, tone, className = "" }: { name: string; tone: number; className?: string }) {
  return (
    <svg viewBox="0 0 240 180" aria-hidden="true" className={`tone-${tone} ${className}`}>
      <use href={`/drawings.svg#${name}`} />
    </svg>
  );
}

/** A product's drawing on the background of its category. */
export function ProductPicture({ product, className = "" }: { product: Product; className?: string }) {
  return (
    <div className={`tint-${product.category} grid place-items-center overflow-hidden ${className}`}>
      <Drawing
        name={drawingOf(product)}
        tone={toneOf(product)}
        className="h-auto w-[78%] duration-300 motion-safe:transition-transform motion-safe:group-hover:scale-[1.03]"
      />
    </div>
  );
}
