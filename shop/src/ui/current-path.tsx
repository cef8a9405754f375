"use client";

import { usePathname } from "next/navigation";

/** Tells a form's action which page to come back to. */
export function CurrentPath({ name }: { name: string }) {
  return <input type="hidden" name={name} value={usePathname()} />;
}
