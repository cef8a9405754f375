"use client";

import { useActionState } from "react";
import { type AccountState, saveAccount } from "@/customers/actions";
import { Field } from "@/ui/field";

const UNTOUCHED: AccountState = { errors: {}, saved: false, typed: {} };

/** Name and phone, which the checkout fills in. */
export function AccountForm({ fullName, phone }: { fullName: string; phone: string }) {
  const [state, action] = useActionState(saveAccount, UNTOUCHED);
  return (
    <form action={action} noValidate className="max-w-lg space-y-5">
      <Field
        name="fullName"
        label="Họ và tên"
        autoComplete="name"
        defaultValue={state.typed.fullName ?? fullName}
        error={state.errors.fullName}
      />
      <Field
        name="phone"
        label="Số điện thoại"
        type="tel"
        inputMode="tel"
        autoComplete="tel"
        defaultValue={state.typed.phone ?? phone}
        error={state.errors.phone}
      />
      <div className="flex items-center gap-4">
        <button type="submit" className="button">
          Lưu
        </button>
        <p role="status" className="font-semibold text-good">
          {state.saved && "Đã lưu."}
        </p>
      </div>
    </form>
  );
}
