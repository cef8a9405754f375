import { TrackView } from "@sbw/clickstream/react";
import Link from "next/link";
import { CATEGORIES } from "@/catalogue/categories";
import { drawingOf, type Product, pathOf, toneOf } from "@/catalogue/product";
import { countByCategory, highlights } from "@/catalogue/products";
import { Drawing } from "@/ui/drawing";
import { Price } from "@/ui/price";
import { ProductGrid } from "@/ui/product-card";
import { Promises } from "@/ui/promises";

export default async function Home() {
  const [{ shown, offers, featured }, counts] = await Promise.all([highlights(), countByCategory()]);
  return (
    <div className="page">
      <TrackView event="home_view" />
      <Hero products={shown} />
      <section aria-labelledby="categories" className="mt-14 sm:mt-16">
        <h2 id="categories" className="text-2xl font-bold">
          Bạn đang tìm gì?
        </h2>
        <ul className="mt-5 grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4 lg:grid-cols-6">
          {CATEGORIES.map(({ id, name, drawing }, index) => (
            <li key={id} className={`group relative rounded-xl tint-${id}`}>
              <Drawing name={drawing} tone={index % 5} className="mx-auto w-4/5 pt-4" />
              <div className="px-4 pt-1 pb-4">
                <h3 className="font-semibold tracking-normal">
                  <Link
                    href={`/category/${id}`}
                    className="underline-offset-4 group-hover:underline after:absolute after:inset-0 after:rounded-xl"
                  >
                    {name}
                  </Link>
                </h3>
                <p className="text-sm text-muted">{counts.get(id) ?? 0} sản phẩm</p>
              </div>
            </li>
          ))}
        </ul>
      </section>
      {offers.length > 0 && (
        <section aria-labelledby="offers" className="mt-16 sm:mt-20">
          <div className="flex items-baseline justify-between gap-4">
            <h2 id="offers" className="text-2xl font-bold">
              Đang giảm giá
            </h2>
            <Link href="/search?offer=1&sort=discount" className="link shrink-0 text-sm font-semibold">
              Tất cả ưu đãi
            </Link>
          </div>
          <ProductGrid products={offers} className="mt-5 lg:grid-cols-4" />
        </section>
      )}
      <section aria-labelledby="featured" className="mt-16 sm:mt-20">
        <h2 id="featured" className="text-2xl font-bold">
          Được chọn nhiều
        </h2>
        <ProductGrid products={featured} className="mt-5 lg:grid-cols-4" />
      </section>
      <Promises className="mt-16 sm:mt-20" />
    </div>
  );
}

/** What the shop is, and three things that it is proud of. */
function Hero({ products }: { products: Product[] }) {
  return (
    <section className="mt-4 grid gap-3 sm:mt-6 sm:gap-4 lg:grid-cols-[1.1fr_1fr]">
      <div className="flex flex-col items-start justify-center rounded-2xl bg-surface px-6 py-10 sm:px-12 lg:py-24">
        <h1 className="max-w-[15ch] text-[2.125rem] leading-[1.15] font-bold sm:text-5xl sm:leading-[1.12]">
          Góc làm việc gọn gàng bắt đầu từ đây
        </h1>
        <p className="mt-4 max-w-[42ch] text-[1.0625rem] leading-relaxed text-muted">
          Laptop, màn hình và bàn phím được chọn kỹ. Giao tận nơi, trả tiền khi nhận hàng.
        </p>
        <div className="mt-7 flex flex-wrap gap-3">
          <Link href="/category/laptop" className="button max-sm:px-5">
            Xem laptop
          </Link>
          <Link href="/search?offer=1&sort=discount" className="button button-quiet max-sm:px-5">
            Đang giảm giá
          </Link>
        </div>
      </div>
      {products.length === 3 && (
        <ul className="grid grid-cols-2 grid-rows-[auto_auto] gap-3 sm:gap-4">
          {products.map((product, index) => (
            <li
              key={product.id}
              className={`group relative flex flex-col rounded-2xl tint-${product.category} ${index === 0 ? "col-span-2" : ""}`}
            >
              <Drawing
                name={drawingOf(product)}
                tone={toneOf(product)}
                className={`mx-auto grow pt-5 ${index === 0 ? "w-[min(64%,19rem)]" : "w-3/4"}`}
              />
              <div className="flex flex-wrap items-baseline justify-between gap-x-4 px-4 pt-2 pb-4 sm:px-5">
                <h2 className="line-clamp-1 text-sm font-semibold tracking-normal sm:text-base">
                  <Link
                    href={pathOf(product)}
                    className="underline-offset-4 group-hover:underline after:absolute after:inset-0 after:rounded-2xl"
                  >
                    {product.name}
                  </Link>
                </h2>
                <Price product={product} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
