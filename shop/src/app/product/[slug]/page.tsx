import { TrackView } from "@sbw/clickstream/react";
import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { quantityOf } from "@/cart/cart";
import { readCart } from "@/cart/stored-cart";
import { categoryOf } from "@/catalogue/categories";
import { eventProduct, type Product, pathOf, sharePictureOf } from "@/catalogue/product";
import { productBySlug, related } from "@/catalogue/products";
import { jsonForScript } from "@/security/json-ld";
import { settings } from "@/settings";
import { Breadcrumbs } from "@/ui/breadcrumbs";
import { BuyForm } from "@/ui/buy-form";
import { ProductPicture } from "@/ui/drawing";
import { DiscountBadge, Price } from "@/ui/price";
import { ProductGrid } from "@/ui/product-card";
import { Promises } from "@/ui/promises";
import { ShareLink } from "@/ui/share-link";
import { Stock } from "@/ui/stock";
import { WishButton } from "@/ui/wish-button";
import { wishlist } from "@/wishlist/wishlist";

interface Props {
  params: Promise<{ slug: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const product = await productBySlug((await params).slug);
  if (!product) return {};
  const { name, description } = product;
  const picture = sharePictureOf(product, settings().ASSET_ORIGIN);
  return {
    title: name,
    description,
    alternates: { canonical: pathOf(product) },
    ...(picture && {
      openGraph: { title: name, description, images: [{ url: picture, width: 1200, height: 630 }] },
    }),
  };
}

export default async function ProductPage({ params }: Props) {
  const product = await productBySlug((await params).slug);
  if (!product) notFound();
  const [others, cart, wishes, head] = await Promise.all([
    related(product),
    readCart(),
    wishlist(),
    headers(),
  ]);
  const category = categoryOf(product.category);
  const url = new URL(pathOf(product), settings().SHOP_ORIGIN).href;
  return (
    <div className="page">
      <TrackView event="product_view" product={eventProduct(product)} />
      <script
        type="application/ld+json"
        nonce={head.get("x-nonce") ?? undefined}
        // biome-ignore lint/security/noDangerouslySetInnerHtml: JSON in which no `<` is left
        dangerouslySetInnerHTML={{ __html: jsonForScript(structuredData(product, url)) }}
      />
      <Breadcrumbs
        path={[
          ...(category ? [{ name: category.name, href: `/category/${category.id}` }] : []),
          { name: product.name },
        ]}
      />
      <div className="grid gap-8 lg:grid-cols-[1.15fr_1fr] lg:gap-14">
        <div className="relative lg:sticky lg:top-6 lg:self-start">
          <ProductPicture product={product} className="aspect-[4/3] rounded-2xl lg:aspect-square" />
          <DiscountBadge product={product} className="absolute top-4 left-4 text-base" />
        </div>
        <div>
          <p className="text-sm font-semibold text-muted">{product.brand}</p>
          <h1 className="mt-1 text-[1.75rem] leading-tight font-bold sm:text-[2.125rem]">{product.name}</h1>
          <div className="mt-5">
            <Price product={product} large />
            {product.price < product.listPrice && <Saving product={product} />}
          </div>
          <p className="mt-5 leading-relaxed [text-wrap:pretty]">{product.description}</p>
          <div className="mt-6 border-t border-line pt-6">
            {product.active ? (
              <>
                <Stock stock={product.stock} />
                <BuyForm product={product} inCart={quantityOf(cart, product.id)} />
              </>
            ) : (
              <p className="font-semibold text-bad">Sản phẩm này không còn bán.</p>
            )}
            <div className="mt-3 flex gap-2">
              <WishButton product={product} wished={wishes.includes(product.id)} />
              <ShareLink product={eventProduct(product)} url={url} />
            </div>
          </div>
          <Facts product={product} category={category?.name} />
        </div>
      </div>
      <Promises className="mt-14" />
      {others.length > 0 && (
        <section aria-labelledby="related" className="mt-16">
          <h2 id="related" className="text-2xl font-bold">
            Cùng tầm giá
          </h2>
          <ProductGrid products={others} className="mt-5 lg:grid-cols-4" />
        </section>
      )}
    </div>
  );
}

function Saving({ product }: { product: Product }) {
  return (
    <p className="mt-1 text-sm text-muted">
      Giá trong giỏ là giá bạn trả: đã giảm {product.discountPercent}%, gồm thuế và phí giao hàng.
    </p>
  );
}

function Facts({ product, category }: { product: Product; category: string | undefined }) {
  const facts = [
    ["Thương hiệu", product.brand],
    ["Danh mục", category],
    ["Mã sản phẩm", product.id.slice(-8).toUpperCase()],
    ["Giao hàng", "Miễn phí, 2–4 ngày làm việc"],
  ];
  return (
    <section aria-labelledby="facts" className="mt-8">
      <h2 id="facts" className="font-semibold tracking-normal">
        Thông tin
      </h2>
      <dl className="mt-2 divide-y divide-line border-y border-line text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-6 py-2.5">
            <dt className="text-muted">{name}</dt>
            <dd className="text-right">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function structuredData(product: Product, url: string): object {
  return {
    "@context": "https://schema.org",
    "@type": "Product",
    name: product.name,
    description: product.description,
    sku: product.id,
    image: sharePictureOf(product, settings().ASSET_ORIGIN),
    brand: { "@type": "Brand", name: product.brand },
    offers: {
      "@type": "Offer",
      url,
      price: product.price,
      priceCurrency: "VND",
      availability: `https://schema.org/${product.active && product.stock > 0 ? "InStock" : "OutOfStock"}`,
    },
  };
}
