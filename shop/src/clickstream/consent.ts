import "server-only";
import type { Consent } from "@sbw/clickstream";
import { cookies } from "next/headers";
import { settings } from "@/settings";

const NAME = "consent";
const HALF_A_YEAR = 60 * 60 * 24 * 180;

/** What the visitor answered about being counted; `pending`: nothing yet. */
export async function readConsent(): Promise<Consent> {
  const value = (await cookies()).get(NAME)?.value;
  return value === "granted" || value === "denied" ? value : "pending";
}

export async function writeConsent(consent: Consent): Promise<void> {
  const secure = settings().SHOP_ORIGIN.startsWith("https:");
  const options = { httpOnly: true, secure, sameSite: "lax", path: "/", maxAge: HALF_A_YEAR } as const;
  (await cookies()).set(NAME, consent, options);
}
