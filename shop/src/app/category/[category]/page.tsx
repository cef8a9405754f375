import { TrackView } from "@sbw/clickstream/react";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { categoryOf } from "@/catalogue/categories";
import { filtersOf, type Query, queryOf } from "@/catalogue/filters";
import { list } from "@/catalogue/products";
import { Breadcrumbs } from "@/ui/breadcrumbs";
import { ProductListing } from "@/ui/listing";

interface Props {
  params: Promise<{ category: string }>;
  searchParams: Promise<Query>;
}

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const category = categoryOf((await params).category);
  if (!category) return {};
  const { page } = filtersOf(await searchParams);
  const first = filtersOf({});
  return {
    title: category.name,
    description: `${category.name} chính hãng: ${category.line.toLowerCase()}.`,
    alternates: { canonical: `/category/${category.id}${queryOf({ ...first, page })}` },
  };
}

export default async function CategoryPage({ params, searchParams }: Props) {
  const category = categoryOf((await params).category);
  if (!category) notFound();
  const filters = filtersOf(await searchParams);
  const listing = await list({ category: category.id }, filters);
  return (
    <div className="page">
      <TrackView event="category_view" product={{ category: category.id }} />
      <Breadcrumbs path={[{ name: category.name }]} />
      <h1 className="text-3xl font-bold sm:text-4xl">{category.name}</h1>
      <p className="mt-1.5 mb-6 text-muted sm:mb-8">{category.line}</p>
      <ProductListing path={`/category/${category.id}`} filters={filters} listing={listing} />
    </div>
  );
}
