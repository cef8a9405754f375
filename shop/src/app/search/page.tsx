import { TrackView } from "@sbw/clickstream/react";
import type { Metadata } from "next";
import { filtersOf, type Query } from "@/catalogue/filters";
import { list } from "@/catalogue/products";
import { Breadcrumbs } from "@/ui/breadcrumbs";
import { ProductListing } from "@/ui/listing";

export const metadata: Metadata = { title: "Tìm kiếm", robots: { index: false } };

export default async function SearchPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const words = [query.q].flat()[0]?.trim().slice(0, 100) ?? "";
  const filters = filtersOf(query);
  const listing = await list({ words }, filters);
  return (
    <div className="page">
      {words && <TrackView event="search" search={{ query: words, results: listing.total }} />}
      <Breadcrumbs path={[{ name: words ? "Tìm kiếm" : "Tất cả sản phẩm" }]} />
      <h1 className="mb-6 text-3xl font-bold break-words sm:mb-8 sm:text-4xl">
        {words ? <>Kết quả cho “{words}”</> : filters.onOffer ? "Đang giảm giá" : "Tất cả sản phẩm"}
      </h1>
      <ProductListing path="/search" {...(words ? { words } : {})} filters={filters} listing={listing} />
    </div>
  );
}
