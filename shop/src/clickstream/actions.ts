"use server";

import { redirect } from "next/navigation";
import { writeConsent } from "@/clickstream/consent";
import { returnPath } from "@/security/return-path";

/** Keeps the visitor's answer to the banner. */
export async function answerConsent(form: FormData): Promise<void> {
  await writeConsent(form.get("consent") === "granted" ? "granted" : "denied");
  redirect(returnPath(String(form.get("from") ?? "/")));
}
