"use client";

import type { Product } from "@sbw/clickstream";
import { clickstream } from "@sbw/clickstream";
import type { ReactNode } from "react";

/** What sending the form means, as an event. */
export type Meaning =
  /** So many pieces more; left out: as many as the form's field says. */
  | { event: "add_to_cart_click"; product: Product; pieces?: number }
  | { event: "remove_from_cart_click"; product: Product; quantity: number }
  | { event: "wishlist_toggle"; product: Product }
  | { event: "logout" };

/** A form that also tells what it does. Without JavaScript it is only the form. */
export function TrackedForm({
  action,
  meaning,
  className,
  children,
}: {
  action: string | ((form: FormData) => void | Promise<void>);
  meaning: Meaning;
  className?: string;
  children: ReactNode;
}) {
  return (
    <form
      action={action}
      method={typeof action === "string" ? "post" : undefined}
      className={className}
      onSubmit={(event) => tell(meaning, new FormData(event.currentTarget))}
    >
      {children}
    </form>
  );
}

function tell(meaning: Meaning, form: FormData): void {
  switch (meaning.event) {
    case "add_to_cart_click":
      clickstream.addToCart(meaning.product, meaning.pieces ?? (Number(form.get("quantity")) || 1));
      break;
    case "remove_from_cart_click":
      clickstream.removeFromCart(meaning.product, meaning.quantity);
      break;
    case "wishlist_toggle":
      clickstream.wishlistToggle(meaning.product);
      break;
    case "logout":
      clickstream.logout();
      break;
  }
}
