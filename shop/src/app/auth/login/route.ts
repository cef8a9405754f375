import { NextResponse } from "next/server";
import { randomNonce, randomPKCECodeVerifier, randomState } from "openid-client";
import { configuredLogin } from "@/auth/login";
import { pendingLogin } from "@/auth/session";
import { returnPath } from "@/security/return-path";
import { settings } from "@/settings";

/** Begins a login, and remembers where the visitor wants to go afterwards. */
export async function GET(request: Request): Promise<NextResponse> {
  const login = configuredLogin();
  if (!login) return NextResponse.redirect(new URL("/", settings().SHOP_ORIGIN));
  const returnTo = returnPath(new URL(request.url).searchParams.get("to"));
  const pending = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
  await pendingLogin.write({ ...pending, returnTo });
  return NextResponse.redirect(await login.begin(pending));
}
