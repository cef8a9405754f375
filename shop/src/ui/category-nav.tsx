"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { CATEGORIES } from "@/catalogue/categories";

/** The categories. On the client, because the layout around it is not rendered again from page to page. */
export function CategoryNav() {
  const path = usePathname();
  return (
    <nav aria-label="Danh mục" className="page">
      <ul className="-mx-3 flex [scrollbar-width:none] overflow-x-auto">
        {CATEGORIES.map(({ id, name }) => {
          const href = `/category/${id}`;
          const current = path === href;
          return (
            <li key={id} className="shrink-0">
              <Link
                href={href}
                aria-current={current ? "page" : undefined}
                className={`relative flex h-12 items-center px-3 text-[0.9375rem] font-semibold -outline-offset-2 after:absolute after:inset-x-3 after:bottom-0 after:h-0.5 after:bg-accent ${current ? "after:opacity-100" : "text-muted after:opacity-0 hover:text-ink"}`}
              >
                {name}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
