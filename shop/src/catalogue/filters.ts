import { fold } from "@/catalogue/search-text";

export const PAGE_SIZE = 12;

export const SORTS = [
  { id: "featured", name: "Nổi bật" },
  { id: "price-asc", name: "Giá thấp đến cao" },
  { id: "price-desc", name: "Giá cao đến thấp" },
  { id: "discount", name: "Giảm nhiều nhất" },
] as const;
export type Sort = (typeof SORTS)[number]["id"];

export const PRICE_RANGES = [
  { id: "0-500", name: "Dưới 500 nghìn", from: 0, below: 500_000 },
  { id: "500-1500", name: "500 nghìn – 1,5 triệu", from: 500_000, below: 1_500_000 },
  { id: "1500-5000", name: "1,5 – 5 triệu", from: 1_500_000, below: 5_000_000 },
  { id: "5000-15000", name: "5 – 15 triệu", from: 5_000_000, below: 15_000_000 },
  { id: "15000-", name: "Trên 15 triệu", from: 15_000_000, below: undefined },
] as const;
export type PriceRange = (typeof PRICE_RANGES)[number];

/** What a list shows, as its URL says. */
export interface Filters {
  brands: string[];
  range: PriceRange["id"] | undefined;
  inStock: boolean;
  onOffer: boolean;
  sort: Sort;
  page: number;
}

export type Query = Record<string, string | string[] | undefined>;

/** Reads a URL's query; whatever makes no sense is left out. */
export function filtersOf(query: Query): Filters {
  const all = (name: string) => [query[name] ?? []].flat();
  const one = (name: string) => all(name)[0];
  const page = Number(one("page"));
  return {
    brands: [...new Set(all("brand"))].filter((brand) => brand.length <= 60).slice(0, 20),
    range: PRICE_RANGES.find((range) => range.id === one("price"))?.id,
    inStock: one("stock") === "1",
    onOffer: one("offer") === "1",
    sort: SORTS.find((sort) => sort.id === one("sort"))?.id ?? "featured",
    page: Number.isInteger(page) && page >= 1 && page <= 10_000 ? page : 1,
  };
}

/** The query that says it, shortest form; empty for a list without filters. */
export function queryOf(filters: Filters, words?: string): string {
  const query = new URLSearchParams();
  if (words) query.set("q", words);
  for (const brand of [...filters.brands].sort((a, b) => (fold(a) < fold(b) ? -1 : 1)))
    query.append("brand", brand);
  if (filters.range) query.set("price", filters.range);
  if (filters.inStock) query.set("stock", "1");
  if (filters.onOffer) query.set("offer", "1");
  if (filters.sort !== "featured") query.set("sort", filters.sort);
  if (filters.page > 1) query.set("page", String(filters.page));
  const text = query.toString();
  return text && `?${text}`;
}

/** How many filters narrow the list. */
export function countFilters({ brands, range, inStock, onOffer }: Filters): number {
  return brands.length + Number(range !== undefined) + Number(inStock) + Number(onOffer);
}
