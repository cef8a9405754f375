import Link from "next/link";
import { CATEGORIES } from "@/catalogue/categories";

export function Footer() {
  return (
    <footer className="mt-20 border-t border-line bg-surface">
      <div className="page grid grid-cols-2 gap-x-6 gap-y-10 py-12 lg:grid-cols-[2fr_1fr_1fr]">
        <div className="col-span-2 max-w-sm lg:col-span-1">
          <p className="font-bold">SBW Máy tính</p>
          <p className="mt-2 text-sm leading-relaxed text-muted">
            Laptop, màn hình và phụ kiện cho góc làm việc của bạn. Giá niêm yết rõ ràng, còn bao nhiêu hàng
            nói bấy nhiêu.
          </p>
        </div>
        <nav aria-label="Danh mục, cuối trang">
          <p className="text-sm font-semibold">Danh mục</p>
          <ul className="mt-3 space-y-2 text-sm">
            {CATEGORIES.map(({ id, name }) => (
              <li key={id}>
                <Link href={`/category/${id}`} className="text-muted hover:text-ink hover:underline">
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <nav aria-label="Mua hàng, cuối trang">
          <p className="text-sm font-semibold">Mua hàng</p>
          <ul className="mt-3 space-y-2 text-sm">
            {[
              ["/cart", "Giỏ hàng"],
              ["/orders", "Đơn hàng"],
              ["/wishlist", "Yêu thích"],
            ].map(([href = "/", name]) => (
              <li key={href}>
                <Link href={href} className="text-muted hover:text-ink hover:underline">
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </footer>
  );
}
