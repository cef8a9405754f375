"use client";

import { clickstream, type Product } from "@sbw/clickstream";
import { type MouseEvent, useState } from "react";
import { ShareIcon } from "@/ui/icons";

/** Shares by the system's own means, else copies the address; without JavaScript it is an e-mail. */
export function ShareLink({ product, url }: { product: Product; url: string }) {
  const [copied, setCopied] = useState(false);
  const mail = `mailto:?subject=${encodeURIComponent(product.name ?? "")}&body=${encodeURIComponent(url)}`;

  const share = async (event: MouseEvent) => {
    clickstream.share(product);
    if (!navigator.share && !navigator.clipboard) return;
    event.preventDefault();
    try {
      if (navigator.share) return await navigator.share({ title: product.name ?? "", url });
      await navigator.clipboard.writeText(url);
      setCopied(true);
    } catch {
      // Closed without sharing, or not allowed to copy: nothing is lost.
    }
  };
  return (
    <a href={mail} onClick={share} className="button button-quiet grow basis-0 px-3">
      <ShareIcon />
      <span aria-live="polite">{copied ? "Đã chép liên kết" : "Chia sẻ"}</span>
    </a>
  );
}
