"use client";

import { clickstream } from "@sbw/clickstream";
import type { ReactNode } from "react";

/** Leads to the login. A plain link: fetched in advance, it would begin logins that nobody asked for. */
export function LoginLink({
  to,
  className,
  children,
}: {
  to: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <a
      href={`/auth/login?to=${encodeURIComponent(to)}`}
      className={className}
      onClick={() => clickstream.loginOpen()}
    >
      {children}
    </a>
  );
}
