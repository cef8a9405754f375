import type { Product as ProductOfEvents } from "@sbw/clickstream";
import { toVnd } from "@/catalogue/price";
import { fold } from "@/catalogue/search-text";

/** A product as pages show it. Prices are whole VND. */
export interface Product {
  id: string;
  slug: string;
  name: string;
  category: string;
  brand: string;
  description: string;
  listPrice: number;
  /** What a buyer pays; the list price unless it is on offer. */
  price: number;
  discountPercent: number;
  stock: number;
  active: boolean;
}

interface StoredProduct {
  id: string;
  slug: string;
  name: string;
  category: string;
  brand: string;
  description: string;
  priceVnd: bigint;
  salePriceVnd: bigint;
  discountPercent: number;
  active: boolean;
  inventory: { stock: number } | null;
}

export function productOf(stored: StoredProduct): Product {
  const { id, slug, category, brand, description, discountPercent, active } = stored;
  return {
    id,
    slug,
    name: stored.name.trim(),
    category,
    brand,
    description,
    listPrice: toVnd(stored.priceVnd),
    price: toVnd(stored.salePriceVnd),
    discountPercent,
    stock: stored.inventory?.stock ?? 0,
    active,
  };
}

export function pathOf(product: Pick<Product, "slug">): string {
  return `/product/${product.slug}`;
}

/** How events name it: the list price, and the lower one while there is one. */
export function eventProduct(product: Product): ProductOfEvents {
  const { id, name, category, brand, listPrice, price } = product;
  return {
    id,
    name,
    category,
    brand,
    price: listPrice,
    ...(price < listPrice ? { discountPrice: price } : {}),
    urlPath: pathOf(product),
  };
}

/** Words of a name, without accents, and the drawing that they mean; the first that fits. */
const DRAWINGS: [category: string, words: RegExp, drawing: string][] = [
  ["keyboard", /k380/, "keyboard-compact"],
  ["keyboard", /m75|k2 /, "keyboard-knob"],
  ["keyboard", /./, "keyboard"],
  ["monitor", /gaming|144hz|165hz|nitro|optix/, "monitor-gaming"],
  ["monitor", /./, "monitor"],
  ["mouse", /lot chuot/, "mousepad"],
  ["mouse", /khong day/, "mouse-wireless"],
  ["mouse", /./, "mouse"],
  ["headphone", /in-ear/, "earphone"],
  ["headphone", /khong day/, "headphone-wireless"],
  ["headphone", /./, "headphone"],
  ["accessory", /o cung/, "ssd"],
  ["accessory", /^usb/, "usb"],
  ["accessory", /bluetooth asus/, "dongle"],
  ["accessory", /balo/, "backpack"],
  ["accessory", /gia do/, "stand"],
  ["accessory", /hub/, "hub"],
  ["accessory", /webcam/, "webcam"],
  ["accessory", /loa/, "speaker"],
  ["accessory", /den/, "lightbar"],
  ["accessory", /./, "cable"],
];

/** The symbol of `public/drawings.svg` that stands for a product. */
export function drawingOf({ name, category }: Pick<Product, "name" | "category">): string {
  const folded = fold(name);
  return DRAWINGS.find(([of, words]) => of === category && words.test(folded))?.[2] ?? "laptop";
}

/** The picture of a shared link, of `assets/share`; undefined where no pictures are served. */
export function sharePictureOf(
  product: Pick<Product, "name" | "category">,
  assetOrigin: string | undefined,
): string | undefined {
  return assetOrigin && `${assetOrigin}/share/${drawingOf(product)}.png`;
}

/** Which of five colourings its drawing has: always the same one for the same product. */
export function toneOf({ id }: Pick<Product, "id">): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 9973;
  return sum % 5;
}
