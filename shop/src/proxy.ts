import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy } from "@/security/csp";
import { addressOf, RateLimiter } from "@/security/rate-limit";
import { settings } from "@/settings";

let limiters: { orders: RateLimiter; logins: RateLimiter } | undefined;

function limiterOf(request: NextRequest): RateLimiter | undefined {
  const { ORDERS_PER_MINUTE, LOGINS_PER_MINUTE } = settings();
  limiters ??= {
    orders: new RateLimiter({ perMinute: ORDERS_PER_MINUTE, burst: ORDERS_PER_MINUTE }),
    logins: new RateLimiter({ perMinute: LOGINS_PER_MINUTE, burst: LOGINS_PER_MINUTE }),
  };
  const { pathname } = request.nextUrl;
  if (pathname.startsWith("/auth/") && pathname !== "/auth/logout") return limiters.logins;
  if (pathname.startsWith("/checkout") && request.method === "POST") return limiters.orders;
  return undefined;
}

/** Limits rates, and gives every page its nonce and the headers that protect it. */
export function proxy(request: NextRequest): NextResponse {
  const { ASSET_ORIGIN, CLICKSTREAM_URL, COGNITO_DOMAIN, LOGIN, SHOP_ORIGIN, TRUSTED_PROXIES } = settings();
  const visitor = addressOf(request.headers.get("x-forwarded-for"), TRUSTED_PROXIES);
  const wait = limiterOf(request)?.take(visitor) ?? 0;
  if (wait > 0) return tooMany(wait);

  const nonce = crypto.randomUUID();
  const policy = contentSecurityPolicy({
    nonce,
    clickstream: CLICKSTREAM_URL,
    assets: ASSET_ORIGIN,
    formTarget: LOGIN === "cognito" ? COGNITO_DOMAIN : undefined,
    https: SHOP_ORIGIN.startsWith("https:"),
    development: process.env.NODE_ENV === "development",
  });
  const headers = new Headers(request.headers);
  // Next reads the nonce from here and puts it on its own scripts and styles.
  headers.set("content-security-policy", policy);
  headers.set("x-nonce", nonce);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  protect(response);
  // Not no-store, which would keep pages out of the back/forward cache.
  response.headers.set("cache-control", "private, no-cache");
  return response;
}

function tooMany(seconds: number): NextResponse {
  const text = `Bạn thao tác hơi nhanh. Vui lòng thử lại sau ${seconds} giây.`;
  const response = new NextResponse(text, {
    status: 429,
    headers: {
      "retry-after": String(seconds),
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
    },
  });
  protect(response);
  return response;
}

function protect(response: NextResponse): void {
  response.headers.set("strict-transport-security", "max-age=63072000; includeSubDomains");
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("referrer-policy", "strict-origin-when-cross-origin");
  response.headers.set("x-frame-options", "DENY");
  response.headers.set("cross-origin-opener-policy", "same-origin");
  response.headers.set("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()");
}

export const config = { matcher: "/((?!_next/static|drawings.svg|icon.svg|favicon.ico|robots.txt).*)" };
