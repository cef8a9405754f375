import Link from "next/link";
import { CheckIcon } from "@/ui/icons";

const STEPS = [
  { id: "cart", name: "Giỏ hàng", href: "/cart" },
  { id: "delivery", name: "Giao hàng", href: "/checkout" },
  { id: "done", name: "Hoàn tất", href: undefined },
] as const;

/** How far the order has come. */
export function CheckoutSteps({ current }: { current: (typeof STEPS)[number]["id"] }) {
  const at = STEPS.findIndex(({ id }) => id === current);
  return (
    <nav aria-label="Các bước đặt hàng" className="py-6">
      <ol className="flex items-center gap-2 text-sm sm:gap-3">
        {STEPS.map(({ id, name, href }, index) => {
          const past = index < at || current === "done";
          const mark = `grid size-6 shrink-0 place-items-center rounded-full text-xs font-bold [&_svg]:size-4 ${past || index === at ? "bg-ink text-paper" : "border border-muted/60 text-muted"}`;
          const label = (
            <>
              <span className={mark} aria-hidden="true">
                {past ? <CheckIcon /> : index + 1}
              </span>
              {name}
            </>
          );
          return (
            <li
              key={id}
              aria-current={index === at ? "step" : undefined}
              className={`flex items-center gap-2 sm:gap-3 ${index === at ? "font-semibold" : "text-muted"}`}
            >
              {index > 0 && <span aria-hidden="true" className="h-px w-4 bg-line sm:w-10" />}
              {href && index < at && current !== "done" ? (
                <Link href={href} className="flex items-center gap-2 rounded hover:text-ink">
                  {label}
                </Link>
              ) : (
                <span className="flex items-center gap-2">{label}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
