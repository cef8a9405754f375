import Link from "next/link";
import type { ReactNode } from "react";
import { countFilters, type Filters, PRICE_RANGES, queryOf, SORTS } from "@/catalogue/filters";
import type { Listing } from "@/catalogue/products";
import { CheckIcon } from "@/ui/icons";
import { Pagination } from "@/ui/pagination";
import { ProductGrid } from "@/ui/product-card";

interface ListProps {
  path: string;
  words?: string;
  filters: Filters;
  listing: Listing;
}

/** Filters, order and a page of products. All of it is links, so all of it is in the URL. */
export function ProductListing({ path, words, filters, listing }: ListProps) {
  const narrowed = countFilters(filters);
  const to = (change: Partial<Filters>) => path + queryOf({ ...filters, page: 1, ...change }, words);
  const clear = to({ brands: [], range: undefined, inStock: false, onOffer: false });
  return (
    <div className="lg:grid lg:grid-cols-[13.5rem_1fr] lg:gap-10">
      <aside aria-label="Bộ lọc" className="hidden lg:block">
        <FilterLinks filters={filters} listing={listing} to={to} />
      </aside>
      <div>
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-b border-line pb-3">
          <p className="text-sm text-muted" role="status">
            {listing.total} sản phẩm
            {narrowed > 0 && (
              <>
                {" · "}
                <Link href={clear} className="link font-semibold text-ink">
                  Bỏ {narrowed} bộ lọc
                </Link>
              </>
            )}
          </p>
          <SortLinks current={filters.sort} to={(sort) => to({ sort })} />
        </div>
        <details className="group/filters border-b border-line lg:hidden">
          <summary className="flex h-12 items-center justify-between font-semibold">
            Bộ lọc{narrowed > 0 && ` (${narrowed})`}
            <span aria-hidden="true" className="text-muted group-open/filters:rotate-45">
              +
            </span>
          </summary>
          <div className="pb-5">
            <FilterLinks filters={filters} listing={listing} to={to} />
          </div>
        </details>
        {listing.products.length > 0 ? (
          <>
            <h2 className="sr-only">Sản phẩm</h2>
            <ProductGrid products={listing.products} className="mt-6 md:grid-cols-3" />
          </>
        ) : (
          <div className="py-16 text-center">
            <p className="text-lg font-semibold">Không có sản phẩm nào khớp</p>
            <p className="mt-1 text-muted">Thử bỏ bớt bộ lọc{words ? " hoặc tìm bằng từ khác" : ""}.</p>
            {narrowed > 0 && (
              <Link href={clear} className="button button-quiet mt-5">
                Bỏ tất cả bộ lọc
              </Link>
            )}
          </div>
        )}
        <Pagination
          page={Math.min(filters.page, listing.pages)}
          pages={listing.pages}
          to={(page) => to({ page })}
        />
      </div>
    </div>
  );
}

function FilterLinks({
  filters,
  listing,
  to,
}: {
  filters: Filters;
  listing: Listing;
  to: (change: Partial<Filters>) => string;
}) {
  const { brands, range, inStock, onOffer } = filters;
  const without = (brand: string) => brands.filter((one) => one !== brand);
  return (
    <div className="space-y-6">
      <FilterGroup title="Tình trạng">
        <Choice on={inStock} href={to({ inStock: !inStock })} name="Còn hàng" />
        <Choice on={onOffer} href={to({ onOffer: !onOffer })} name="Đang giảm giá" />
      </FilterGroup>
      <FilterGroup title="Giá">
        {PRICE_RANGES.map(({ id, name }) => (
          <Choice
            key={id}
            on={range === id}
            href={to({ range: range === id ? undefined : id })}
            name={name}
          />
        ))}
      </FilterGroup>
      {listing.brands.length > 1 && (
        <FilterGroup title="Thương hiệu">
          {listing.brands.map(({ name, count }) => {
            const on = brands.includes(name);
            return (
              <Choice
                key={name}
                on={on}
                href={to({ brands: on ? without(name) : [...brands, name] })}
                name={name}
                count={count}
              />
            );
          })}
        </FilterGroup>
      )}
    </div>
  );
}

function FilterGroup({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="text-sm font-semibold">{title}</h2>
      <ul className="mt-1.5 grid grid-cols-2 gap-x-4 lg:grid-cols-1">{children}</ul>
    </section>
  );
}

function Choice({ on, href, name, count }: { on: boolean; href: string; name: string; count?: number }) {
  return (
    <li>
      <Link
        href={href}
        rel="nofollow"
        aria-current={on ? "true" : undefined}
        scroll={false}
        className={`group flex min-h-9 items-center gap-2.5 text-sm ${on ? "font-semibold" : "text-muted hover:text-ink"}`}
      >
        <span
          aria-hidden="true"
          className={`grid size-[1.125rem] shrink-0 place-items-center rounded border [&_svg]:size-4 ${on ? "border-ink bg-ink text-paper" : "border-muted/60 group-hover:border-ink"}`}
        >
          {on && <CheckIcon />}
        </span>
        {name}
        {count !== undefined && <span className="ml-auto font-normal text-muted tabular-nums">{count}</span>}
      </Link>
    </li>
  );
}

function SortLinks({ current, to }: { current: Filters["sort"]; to: (sort: Filters["sort"]) => string }) {
  return (
    <nav aria-label="Sắp xếp" className="-mx-2.5 max-w-[calc(100%+1.25rem)]">
      <ul className="flex [scrollbar-width:none] overflow-x-auto text-sm">
        {SORTS.map(({ id, name }) => (
          <li key={id} className="shrink-0">
            <Link
              href={to(id)}
              rel="nofollow"
              scroll={false}
              aria-current={current === id ? "true" : undefined}
              className={`block rounded-md px-2.5 py-1.5 -outline-offset-2 ${current === id ? "bg-surface font-semibold" : "text-muted hover:text-ink"}`}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
