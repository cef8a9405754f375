"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { currentSession } from "@/auth/session";
import { FullName, Phone } from "@/customers/contact";
import { updateCustomer } from "@/customers/customers";

export interface AccountState {
  errors: { fullName?: string; phone?: string };
  saved: boolean;
  typed: { fullName?: string; phone?: string };
}

const Account = z.object({ fullName: FullName, phone: Phone });

/** Changes the name and phone of whoever is signed in. */
export async function saveAccount(_before: AccountState, form: FormData): Promise<AccountState> {
  const session = await currentSession();
  if (!session) redirect("/auth/login?to=/account");
  const typed = { fullName: String(form.get("fullName") ?? ""), phone: String(form.get("phone") ?? "") };
  const parsed = Account.safeParse(typed);
  if (!parsed.success) {
    const { fieldErrors } = z.flattenError(parsed.error);
    const errors: AccountState["errors"] = {};
    if (fieldErrors.fullName?.[0]) errors.fullName = fieldErrors.fullName[0];
    if (fieldErrors.phone?.[0]) errors.phone = fieldErrors.phone[0];
    return { errors, saved: false, typed };
  }
  await updateCustomer(session.userId, parsed.data);
  return { errors: {}, saved: true, typed: parsed.data };
}
