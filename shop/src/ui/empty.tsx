import Link from "next/link";
import type { ReactNode } from "react";
import { Drawing } from "@/ui/drawing";

/** Where nothing is: what that means, and a way on. */
export function Empty({
  title,
  children,
  drawing,
  href = "/",
  action = "Xem cửa hàng",
}: {
  title: string;
  children: ReactNode;
  drawing: string;
  href?: string;
  action?: string;
}) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center py-12 text-center sm:py-16">
      <Drawing name={drawing} tone={2} className="w-44 opacity-90" />
      <h1 className="mt-4 text-2xl font-bold">{title}</h1>
      <p className="mt-2 leading-relaxed text-muted">{children}</p>
      <Link href={href} className="button mt-6">
        {action}
      </Link>
    </div>
  );
}
