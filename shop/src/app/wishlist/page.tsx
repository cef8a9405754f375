import type { Metadata } from "next";
import { productsById } from "@/catalogue/products";
import { Breadcrumbs } from "@/ui/breadcrumbs";
import { Empty } from "@/ui/empty";
import { ProductGrid } from "@/ui/product-card";
import { wishlist } from "@/wishlist/wishlist";

export const metadata: Metadata = { title: "Yêu thích", robots: { index: false } };

export default async function WishlistPage() {
  const ids = await wishlist();
  const found = await productsById(ids);
  const products = ids.flatMap((id) => found.get(id) ?? []).filter((product) => product.active);
  if (products.length === 0) {
    return (
      <div className="page">
        <Empty title="Chưa có món nào được thích" drawing="headphone-wireless">
          Nhấn “Yêu thích” ở trang sản phẩm để giữ lại những món bạn còn cân nhắc.
        </Empty>
      </div>
    );
  }
  return (
    <div className="page">
      <Breadcrumbs path={[{ name: "Yêu thích" }]} />
      <h1 className="text-3xl font-bold">Yêu thích</h1>
      <h2 className="sr-only">Sản phẩm</h2>
      <ProductGrid products={products} className="mt-6 md:grid-cols-3 lg:grid-cols-4" />
    </div>
  );
}
