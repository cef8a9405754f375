import Link from "next/link";

/** The way from the home page to here. */
export function Breadcrumbs({ path }: { path: { name: string; href?: string }[] }) {
  return (
    <nav aria-label="Đường dẫn" className="py-4 text-sm text-muted">
      <ol className="flex flex-wrap gap-x-2 gap-y-1">
        {[{ name: "Trang chủ", href: "/" }, ...path].map(({ name, href }, index) => (
          <li key={name} className="flex min-w-0 gap-2">
            {index > 0 && <span aria-hidden="true">/</span>}
            {href ? (
              <Link href={href} className="hover:text-ink hover:underline">
                {name}
              </Link>
            ) : (
              <span aria-current="page" className="truncate text-ink">
                {name}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
