/** A path of this shop to go on to; anything else, such as another site's address, becomes the home page. */
export function returnPath(asked: string | null | undefined): string {
  // The base is a host that nobody has: whatever leaves it is not a path of ours.
  const base = "http://shop.invalid";
  if (!asked?.startsWith("/") || !URL.canParse(asked, base)) return "/";
  const url = new URL(asked, base);
  if (url.origin !== base || url.pathname.startsWith("/auth/")) return "/";
  // Of `/..//elsewhere` two slashes are left, which would be a host again.
  return url.pathname.replace(/^\/+/, "/") + url.search;
}
