import "server-only";
import { cache } from "react";
import { type Filters, PAGE_SIZE, PRICE_RANGES } from "@/catalogue/filters";
import { type Product, productOf } from "@/catalogue/product";
import { escapeLike, searchWords } from "@/catalogue/search-text";
import { type Database, database } from "@/database";
import type { Prisma } from "@/generated/prisma/client";

const WITH_STOCK = { inventory: { select: { stock: true } } } as const;

/** A page of a list, and what can narrow it. */
export interface Listing {
  products: Product[];
  total: number;
  pages: number;
  /** Brands of the unfiltered list, with how many products each has. */
  brands: { name: string; count: number }[];
}

/** Products of a category or of a search, or all. */
export async function list(
  of: { category?: string; words?: string },
  filters: Filters,
  db: Database = database(),
): Promise<Listing> {
  const found: Prisma.ProductWhereInput = {
    active: true,
    category: of.category,
    AND: searchWords(of.words ?? "").map((word) => ({ searchText: { contains: escapeLike(word) } })),
  };
  const range = PRICE_RANGES.find(({ id }) => id === filters.range);
  const where: Prisma.ProductWhereInput = {
    AND: [
      found,
      filters.brands.length > 0 ? { brand: { in: filters.brands } } : {},
      range ? { salePriceVnd: { gte: range.from, lt: range.below } } : {},
      filters.inStock ? { inventory: { stock: { gt: 0 } } } : {},
      filters.onOffer ? { discountPercent: { gt: 0 } } : {},
    ],
  };
  const [total, brands] = await Promise.all([
    db.product.count({ where }),
    db.product.groupBy({ by: "brand", where: found, _count: true, orderBy: { brand: "asc" } }),
  ]);
  const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const stored = await db.product.findMany({
    where,
    include: WITH_STOCK,
    orderBy: ORDERS[filters.sort],
    skip: (Math.min(filters.page, pages) - 1) * PAGE_SIZE,
    take: PAGE_SIZE,
  });
  return {
    products: stored.map(productOf),
    total,
    pages,
    brands: brands.map(({ brand, _count }) => ({ name: brand, count: _count })),
  };
}

// The id last: rows that are equal otherwise must not change places between two pages.
const ORDERS: Record<Filters["sort"], Prisma.ProductOrderByWithRelationInput[]> = {
  featured: [{ featured: "desc" }, { discountPercent: "desc" }, { id: "asc" }],
  "price-asc": [{ salePriceVnd: "asc" }, { id: "asc" }],
  "price-desc": [{ salePriceVnd: "desc" }, { id: "asc" }],
  discount: [{ discountPercent: "desc" }, { id: "asc" }],
};

/** The product of a page, also a retired one; once a request. */
export const productBySlug = cache(async (slug: string): Promise<Product | undefined> => {
  const stored = await database().product.findUnique({ where: { slug }, include: WITH_STOCK });
  return stored ? productOf(stored) : undefined;
});

/** Products by id, in no order; unknown ids are left out. */
export async function productsById(ids: string[], db: Database = database()): Promise<Map<string, Product>> {
  if (ids.length === 0) return new Map();
  const stored = await db.product.findMany({ where: { id: { in: ids } }, include: WITH_STOCK });
  return new Map(stored.map((row) => [row.id, productOf(row)]));
}

/** What the home page shows; no product twice. */
export interface Highlights {
  /** Three of three categories, the dearest that the shop is proud of. */
  shown: Product[];
  /** The largest offers. */
  offers: Product[];
  featured: Product[];
}

export async function highlights(): Promise<Highlights> {
  const available = { active: true, inventory: { stock: { gt: 0 } } };
  const [reduced, proud] = await Promise.all([
    database().product.findMany({
      where: { ...available, discountPercent: { gt: 0 } },
      include: WITH_STOCK,
      orderBy: ORDERS.discount,
      take: 7,
    }),
    database().product.findMany({
      where: { ...available, featured: true },
      include: WITH_STOCK,
      orderBy: [{ salePriceVnd: "desc" }, { id: "asc" }],
      take: 24,
    }),
  ]);
  const featured = proud.map(productOf);
  const shown = ["laptop", "keyboard", "headphone"].flatMap(
    (category) => featured.find((product) => product.category === category) ?? [],
  );
  const offers = reduced.map(productOf).filter((product) => !has(shown, product));
  const rest = featured.filter((product) => !has(shown, product) && !has(offers.slice(0, 4), product));
  // Whole rows of four.
  return { shown, offers: offers.slice(0, 4), featured: rest.slice(0, rest.length < 8 ? 4 : 8) };
}

function has(products: Product[], { id }: Product): boolean {
  return products.some((product) => product.id === id);
}

/** How many products each category has. */
export async function countByCategory(): Promise<Map<string, number>> {
  const counts = await database().product.groupBy({ by: "category", where: { active: true }, _count: true });
  return new Map(counts.map(({ category, _count }) => [category, _count]));
}

/** Others of the category, nearest in price. */
export async function related(product: Product): Promise<Product[]> {
  const others = (salePriceVnd: Prisma.BigIntFilter, direction: "asc" | "desc") =>
    database().product.findMany({
      where: { active: true, category: product.category, id: { not: product.id }, salePriceVnd },
      include: WITH_STOCK,
      orderBy: [{ salePriceVnd: direction }, { id: "asc" }],
      take: 4,
    });
  const found = await Promise.all([
    others({ gte: product.price }, "asc"),
    others({ lt: product.price }, "desc"),
  ]);
  const distance = ({ price }: Product) => Math.abs(price - product.price);
  return found
    .flat()
    .map(productOf)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, 4);
}
