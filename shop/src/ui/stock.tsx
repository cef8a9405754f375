/** From how few pieces on the shop says how many are left. */
const FEW = 5;

/** What is left, told as it is. */
export function Stock({ stock, brief = false }: { stock: number; brief?: boolean }) {
  if (stock === 0) return <p className="text-sm font-semibold text-bad">Tạm hết hàng</p>;
  if (stock <= FEW) return <p className="text-sm font-semibold text-accent">Chỉ còn {stock} chiếc</p>;
  return brief ? null : <p className="text-sm font-semibold text-good">Còn hàng · {stock} chiếc</p>;
}
