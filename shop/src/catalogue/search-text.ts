/** The words to look for in `products.search_text`: without accents and capitals, as the database stores it. */
export function searchWords(query: string): string[] {
  const words = fold(query.slice(0, 100)).split(/\s+/).filter(Boolean);
  return [...new Set(words)].slice(0, 8);
}

/** `Bàn phím` as `ban phim`. The same as the column's expression in infra/oltp/schema.sql. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/Đ/g, "D")
    .replace(/đ/g, "d")
    .toLowerCase();
}

/** A word for `like`, in which `%`, `_` and `\` mean themselves. */
export function escapeLike(word: string): string {
  return word.replace(/[\\%_]/g, "\\$&");
}
