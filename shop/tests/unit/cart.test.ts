import { describe, expect, test } from "vitest";
import {
  Cart,
  countPieces,
  emptyCart,
  MOST_LINES,
  MOST_PIECES,
  Quantity,
  quantityOf,
  withQuantity,
} from "@/cart/cart";

const ID = "0190b2c4-0000-7000-8000-000000000001";
const cart = (...lines: [string, number][]): Cart => ({
  id: ID,
  lines: lines.map(([productId, quantity]) => ({ productId, quantity })),
});

describe("a cart", () => {
  test.each([
    ["takes a new line", cart(), "a", 2, cart(["a", 2])],
    ["sets a line where it is", cart(["a", 1], ["b", 1]), "a", 5, cart(["a", 5], ["b", 1])],
    ["lets a line go at none", cart(["a", 1], ["b", 1]), "a", 0, cart(["b", 1])],
    ["takes none of nothing", cart(), "a", 0, cart()],
    ["takes no less than none", cart(["a", 1]), "a", -3, cart()],
    ["takes no more than the most", cart(["a", 1]), "a", 500, cart(["a", MOST_PIECES])],
  ])("%s", (_what, before, productId, quantity, after) => {
    expect(withQuantity(before, productId, quantity)).toEqual(after);
  });

  test("that is full takes nothing new, and still changes what it has", () => {
    const full = cart(...Array.from({ length: MOST_LINES }, (_, n): [string, number] => [`p${n}`, 1]));
    expect(withQuantity(full, "another", 1)).toBe(full);
    expect(quantityOf(withQuantity(full, "p3", 2), "p3")).toBe(2);
    expect(countPieces(full)).toBe(MOST_LINES);
  });

  test("is another one each time", () => {
    expect(emptyCart().id).not.toBe(emptyCart().id);
  });

  test.each([
    [{ id: "x", lines: [] }],
    [{ id: ID, lines: [{ productId: "a", quantity: 0 }] }],
    [{ id: ID, lines: [{ productId: "a", quantity: 1.5 }] }],
    [{ id: ID, lines: [{ productId: "a", quantity: 1e9 }] }],
    [{ id: ID, lines: [{ productId: "x".repeat(100), quantity: 1 }] }],
    [{ id: ID, lines: Array.from({ length: MOST_LINES + 1 }, () => ({ productId: "a", quantity: 1 })) }],
    [null],
  ])("is not %j", (value) => {
    expect(Cart.safeParse(value).success).toBe(false);
  });

  test("keeps nothing but ids and quantities", () => {
    const sent = { ...cart(["a", 1]), total: 1, lines: [{ productId: "a", quantity: 1, price: 1 }] };
    expect(Cart.parse(sent)).toEqual(cart(["a", 1]));
  });
});

test.each(["-1", "21", "1.5", "x", "1e9", "Infinity", {}])("%j pieces are no quantity", (text) => {
  expect(Quantity.safeParse(text).success).toBe(false);
});
