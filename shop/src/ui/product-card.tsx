import Link from "next/link";
import { type Product, pathOf } from "@/catalogue/product";
import { ProductPicture } from "@/ui/drawing";
import { DiscountBadge, Price } from "@/ui/price";
import { Stock } from "@/ui/stock";

/** A product in a list: the whole card leads to its page, by the one link that its name is. */
export function ProductCard({ product }: { product: Product }) {
  return (
    <li className="group relative flex flex-col">
      <div className="relative">
        <ProductPicture product={product} className="aspect-[4/3] rounded-xl" />
        <DiscountBadge product={product} className="absolute top-3 left-3" />
      </div>
      <div className="flex grow flex-col pt-3">
        <p className="text-sm text-muted">{product.brand}</p>
        <h3 className="mt-0.5 mb-2 line-clamp-2 leading-snug font-semibold tracking-normal [text-wrap:pretty]">
          <Link
            href={pathOf(product)}
            className="decoration-2 underline-offset-4 group-hover:underline after:absolute after:inset-0 after:rounded-xl"
          >
            {product.name}
          </Link>
        </h3>
        <div className="mt-auto">
          <Price product={product} />
          <Stock stock={product.stock} brief />
        </div>
      </div>
    </li>
  );
}

export function ProductGrid({ products, className = "" }: { products: Product[]; className?: string }) {
  return (
    <ul className={`grid grid-cols-2 gap-x-4 gap-y-8 sm:gap-x-6 ${className}`}>
      {products.map((product) => (
        <ProductCard key={product.id} product={product} />
      ))}
    </ul>
  );
}
