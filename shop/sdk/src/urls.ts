import { attempt } from "./storage.ts";

/** Query parameters that say where a visitor came from, or what they searched for. */
const KEPT = /^(utm_\w+|q|gclid|gbraid|wbraid|fbclid|msclkid|ttclid|zaloclid)$/;

/**
 * A URL as it may leave the page: without fragment, user and password, and with the query parameters that are known to
 * be harmless. None for a page of signing in, whose very path may be a secret.
 */
export const cleanUrl = (text: string, allowQuery: readonly string[] = []): string | undefined =>
  attempt(() => {
    const url = new URL(text);
    if (/^\/auth(\/|$)/.test(url.pathname)) return;
    url.hash = url.username = url.password = "";
    for (const name of [...url.searchParams.keys()]) {
      if (!KEPT.test(name) && !allowQuery.includes(name)) url.searchParams.delete(name);
    }
    return url.href;
  });
