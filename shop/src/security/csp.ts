/** The Content-Security-Policy of a page. Scripts and styles need the nonce; a script may load what it needs. */
export function contentSecurityPolicy(page: {
  nonce: string;
  /** Where events go. */
  clickstream?: string | undefined;
  /** Where pictures come from besides the shop. */
  assets?: string | undefined;
  /** Where a form may lead besides the shop: the login's host, to which logging out redirects. */
  formTarget?: string | undefined;
  https: boolean;
  development: boolean;
}): string {
  const events = page.clickstream ? new URL(page.clickstream).origin : "";
  const login = page.formTarget ? new URL(page.formTarget).origin : "";
  const directives = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${page.nonce}' 'strict-dynamic'${page.development ? " 'unsafe-eval'" : ""}`,
    page.development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${page.nonce}'`,
    `img-src 'self' data: ${page.assets ?? ""}`,
    "font-src 'self'",
    `connect-src 'self' ${events}`,
    "object-src 'none'",
    "base-uri 'none'",
    `form-action 'self' ${login}`,
    "frame-ancestors 'none'",
    ...(page.https ? ["upgrade-insecure-requests"] : []),
  ];
  return directives.map((directive) => directive.trim()).join("; ");
}
