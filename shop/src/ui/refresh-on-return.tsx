"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** A page from the back/forward cache shows the cart as it was: it asks for what has changed. */
export function RefreshOnReturn(): null {
  const router = useRouter();
  useEffect(() => {
    const onPageShow = (event: PageTransitionEvent) => {
      if (event.persisted) router.refresh();
    };
    addEventListener("pageshow", onPageShow);
    return () => removeEventListener("pageshow", onPageShow);
  }, [router]);
  return null;
}
