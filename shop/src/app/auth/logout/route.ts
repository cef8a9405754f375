import { NextResponse } from "next/server";
import { configuredLogin } from "@/auth/login";
import { closeSession } from "@/auth/session";
import { settings } from "@/settings";

/** Ends the session here and at the login's host. Other sites cannot make a visitor do it. */
export async function POST(request: Request): Promise<NextResponse> {
  const { SHOP_ORIGIN } = settings();
  const origin = request.headers.get("origin");
  if (origin && origin !== SHOP_ORIGIN) return new NextResponse("forbidden", { status: 403 });
  await closeSession();
  const to = (await configuredLogin()?.end()) ?? new URL("/", SHOP_ORIGIN);
  return NextResponse.redirect(to, 303);
}
