"use client";

import { clickstream } from "@sbw/clickstream";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

/** Leads to the login and back to this page. A plain link: fetched in advance, it would begin logins. */
export function LoginLink({ className, children }: { className?: string; children: ReactNode }) {
  const path = usePathname();
  return (
    <a
      href={`/auth/login?to=${encodeURIComponent(path)}`}
      className={className}
      onClick={() => clickstream.loginOpen()}
    >
      {children}
    </a>
  );
}
