import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CATEGORIES } from "@/catalogue/categories";
import { countFilters, filtersOf, queryOf } from "@/catalogue/filters";
import { formatPrice, toVnd } from "@/catalogue/price";
import { drawingOf, eventProduct, type Product, sharePictureOf, toneOf } from "@/catalogue/product";
import { escapeLike, fold, searchWords } from "@/catalogue/search-text";
import { CATALOGUE, parseCsv } from "../postgres";

const KEYBOARD: Product = {
  id: "p-1",
  slug: "ban-phim-aula-m75-tm",
  name: "Bàn phím AULA M75 TM",
  category: "keyboard",
  brand: "AULA",
  description: "",
  listPrice: 1_990_000,
  price: 1_790_000,
  discountPercent: 10,
  stock: 3,
  active: true,
};

test.each([
  [0, "0 ₫"],
  [190_000, "190.000 ₫"],
  [57_990_000, "57.990.000 ₫"],
])("%i VND is written %s", (vnd, written) => {
  expect(formatPrice(vnd).replace(/\s/g, " ")).toBe(written);
});

test("an amount that no number holds is refused", () => {
  expect(toVnd(57_990_000n)).toBe(57_990_000);
  expect(() => toVnd(2n ** 60n)).toThrow(RangeError);
});

describe("search text", () => {
  test.each([
    ["Bàn phím", "ban phim"],
    ["Ổ cứng di động", "o cung di dong"],
    ["ĐÈN LED", "den led"],
    // Composed and decomposed are one.
    ["Chuột".normalize("NFD"), "chuot"],
    ["Ưu đãi", "uu dai"],
  ])("%s is %s", (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  test("is cut into a few words, each once", () => {
    expect(searchWords("  Bàn   phím bàn ")).toEqual(["ban", "phim"]);
    expect(searchWords("a b c d e f g h i j")).toHaveLength(8);
    expect(searchWords("x".repeat(5_000))[0]).toHaveLength(100);
    expect(searchWords(" ")).toEqual([]);
  });

  test("has no pattern of its own in a like", () => {
    expect(escapeLike("100%_\\")).toBe("100\\%\\_\\\\");
  });
});

describe("filters", () => {
  test("come from the URL and go back into it", () => {
    const query = {
      brand: ["Dell", "ASUS"],
      price: "5000-15000",
      stock: "1",
      offer: "1",
      sort: "price-asc",
      page: "3",
    };
    const filters = filtersOf(query);
    expect(countFilters(filters)).toBe(5);
    expect(queryOf(filters, "màn hình")).toBe(
      "?q=m%C3%A0n+h%C3%ACnh&brand=ASUS&brand=Dell&price=5000-15000&stock=1&offer=1&sort=price-asc&page=3",
    );
    expect(queryOf(filtersOf({}))).toBe("");
  });

  test.each([
    [{ page: "-1" }],
    [{ page: "1e99" }],
    [{ page: ["x", "2"] }],
    [{ sort: "price; drop table products" }],
    [{ price: "1-2" }],
    [{ stock: "yes" }],
    [{ brand: "x".repeat(100) }],
  ])("that make no sense are none: %j", (query) => {
    expect(filtersOf(query)).toEqual(filtersOf({}));
  });
});

describe("a product", () => {
  test("in events has a discount price only while it is cheaper", () => {
    expect(eventProduct(KEYBOARD)).toEqual({
      id: "p-1",
      name: "Bàn phím AULA M75 TM",
      category: "keyboard",
      brand: "AULA",
      price: 1_990_000,
      discountPrice: 1_790_000,
      urlPath: "/product/ban-phim-aula-m75-tm",
    });
    expect(eventProduct({ ...KEYBOARD, price: 1_990_000 })).not.toHaveProperty("discountPrice");
  });

  const drawings = readFileSync(join(import.meta.dirname, "../../public/drawings.svg"), "utf8");
  const pictures = readdirSync(join(import.meta.dirname, "../../assets/share"));
  const [, ...rows] = parseCsv(readFileSync(CATALOGUE, "utf8"));

  test.each(rows.map(([id = "", name = "", category = ""]) => ({ id, name, category })))(
    "has a drawing: $name",
    (product) => {
      expect(drawings).toContain(`<symbol id="${drawingOf(product)}" `);
      expect(pictures).toContain(`${drawingOf(product)}.png`);
      expect([0, 1, 2, 3, 4]).toContain(toneOf(product));
      expect(CATEGORIES.map(({ id }) => id)).toContain(product.category);
    },
  );

  test("is shared with its picture, where pictures are served", () => {
    expect(sharePictureOf(KEYBOARD, "https://d1.example")).toBe("https://d1.example/share/keyboard-knob.png");
    expect(sharePictureOf(KEYBOARD, undefined)).toBeUndefined();
  });

  test.each([
    ["Lót chuột Logitech G240 Cloth Gaming Mousepad", "mouse", "mousepad"],
    ["Tai nghe in-ear Samsung AKG Type-C", "headphone", "earphone"],
    ["Balo Dell Essential Backpack 15", "accessory", "backpack"],
    ["Dây HDMI 2.0 Acer 1.8m", "accessory", "cable"],
    ["Giá đỡ laptop nhôm ", "accessory", "stand"],
    ["Laptop Dell XPS 13", "laptop", "laptop"],
  ])("%s is drawn as what it is", (name, category, drawing) => {
    expect(drawingOf({ name, category })).toBe(drawing);
  });
});
