const dong = new Intl.NumberFormat("vi-VN", { style: "currency", currency: "VND" });

/** `1.990.000 ₫`. */
export function formatPrice(vnd: number): string {
  return dong.format(vnd);
}

/** Whole dong as a number; prices are far below 2^53. */
export function toVnd(stored: bigint): number {
  const vnd = Number(stored);
  if (!Number.isSafeInteger(vnd)) throw new RangeError(`${stored} VND is not a price`);
  return vnd;
}
