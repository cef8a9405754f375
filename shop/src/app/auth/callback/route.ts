import { NextResponse } from "next/server";
import { configuredLogin } from "@/auth/login";
import { openSession, pendingLogin } from "@/auth/session";
import { customerOf } from "@/customers/customers";
import { settings } from "@/settings";

/** Ends a login that this browser began: opens a session, or says that it did not work. */
export async function GET(request: Request): Promise<NextResponse> {
  const { SHOP_ORIGIN } = settings();
  const login = configuredLogin();
  const pending = await pendingLogin.read();
  await pendingLogin.clear();
  const { search } = new URL(request.url);
  try {
    if (!login || !pending) throw new Error("no login has begun in this browser");
    const identity = await login.complete(new URL(`/auth/callback${search}`, SHOP_ORIGIN), pending);
    const customer = await customerOf(identity);
    const name = customer.fullName ?? identity.name;
    await openSession({
      userId: customer.id,
      email: customer.email,
      ...(name ? { name } : {}),
      source: identity.source,
      loginId: crypto.randomUUID(),
    });
    return NextResponse.redirect(new URL(pending.returnTo, SHOP_ORIGIN));
  } catch (error) {
    // The reason is for the log; what the browser sent may be an attack.
    console.warn("a login failed:", error instanceof Error ? error.message : error);
    return NextResponse.redirect(new URL("/login-failed", SHOP_ORIGIN));
  }
}
