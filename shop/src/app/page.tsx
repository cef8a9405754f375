import { TrackView } from "@sbw/clickstream/react";
import Link from "next/link";
import { CATEGORIES } from "@/catalogue/categories";
import { countByCategory, highlights } from "@/catalogue/products";
import { Drawing } from "@/ui/drawing";
import { ProductGrid } from "@/ui/product-card";
import { Promises } from "@/ui/promises";

export default async function Home() {
  const [{ offers, featured }, counts] = await Promise.all([highlights(), countByCategory()]);
  return (
    <div className="page">
      <TrackView event="home_view" />
      <Hero />
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

function Hero() {
  return (
    <section className="mt-4 grid overflow-hidden rounded-2xl bg-surface sm:mt-6 lg:grid-cols-[1.05fr_1fr]">
      <div className="flex flex-col items-start justify-center px-6 pt-10 pb-4 sm:px-12 lg:py-20">
        <h1 className="max-w-[15ch] text-[2.125rem] leading-[1.15] font-bold sm:text-5xl sm:leading-[1.12]">
          Góc làm việc gọn gàng bắt đầu từ đây
        </h1>
        <p className="mt-4 max-w-[42ch] text-[1.0625rem] leading-relaxed text-muted">
          Laptop, màn hình và bàn phím được chọn kỹ. Giao tận nơi, trả tiền khi nhận hàng.
        </p>
        <div className="mt-7 flex flex-wrap gap-3">
          <Link href="/category/laptop" className="button">
            Xem laptop
          </Link>
          <Link href="/search?offer=1&sort=discount" className="button button-quiet">
            Đang giảm giá
          </Link>
        </div>
      </div>
      <div aria-hidden="true" className="relative h-64 sm:h-80 lg:h-auto">
        <div className="absolute inset-x-6 bottom-[17%] h-px bg-line" />
        <Drawing name="lightbar" tone={4} className="absolute top-[1%] left-[24%] hidden w-[34%] lg:block" />
        <Drawing name="monitor" tone={1} className="absolute bottom-[14%] left-[12%] w-[52%] max-w-72" />
        <Drawing name="speaker" tone={2} className="absolute right-[8%] bottom-[14%] w-[26%] max-w-40" />
        <Drawing name="keyboard-knob" tone={2} className="absolute bottom-0 left-[16%] w-[42%] max-w-60" />
        <Drawing name="mouse-wireless" tone={0} className="absolute right-[20%] -bottom-1 w-[20%] max-w-28" />
      </div>
    </section>
  );
}
