import Link from "next/link";

/** Links to the other pages; nothing where there is one page only. */
export function Pagination({
  page,
  pages,
  to,
}: {
  page: number;
  pages: number;
  to: (page: number) => string;
}) {
  if (pages <= 1) return null;
  const near = Array.from({ length: pages }, (_, index) => index + 1).filter(
    (one) => one === 1 || one === pages || Math.abs(one - page) <= 1,
  );
  const box = "grid h-11 min-w-11 place-items-center rounded-lg px-3 font-semibold tabular-nums";
  return (
    <nav aria-label="Trang" className="mt-12 flex justify-center">
      <ul className="flex items-center gap-1">
        {near.map((one, index) => (
          <li key={one} className="flex items-center gap-1">
            {index > 0 && one - (near[index - 1] ?? one) > 1 && <span aria-hidden="true">…</span>}
            <Link
              href={to(one)}
              aria-label={`Trang ${one}`}
              aria-current={one === page ? "page" : undefined}
              className={`${box} ${one === page ? "bg-ink text-paper" : "hover:bg-surface"}`}
            >
              {one}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
