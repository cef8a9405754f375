"use client";

import { type RefObject, useActionState, useEffect, useRef } from "react";
import { useFormStatus } from "react-dom";
import { type CheckoutState, order } from "@/orders/actions";
import { Field } from "@/ui/field";

const UNTOUCHED: CheckoutState = { errors: {}, problem: undefined, typed: {} };

/** Where the order goes. Sent again it is still one order; refused, it keeps what was typed. */
export function CheckoutForm({
  cartId,
  total,
  initial,
}: {
  cartId: string;
  total: string;
  initial: { name: string; phone: string };
}) {
  const [state, action] = useActionState(order, UNTOUCHED);
  const form = useRef<HTMLFormElement>(null);
  useFocusOnRefusal(form, state);
  return (
    <form ref={form} action={action} noValidate className="space-y-5">
      {state.problem && (
        <div role="alert" tabIndex={-1} className="rounded-xl border border-bad p-4 leading-relaxed">
          <p className="font-semibold text-bad">Chưa đặt được hàng</p>
          <p className="mt-1">
            {state.problem}{" "}
            <a href="/cart" className="link font-semibold">
              Xem giỏ hàng
            </a>
          </p>
        </div>
      )}
      <input type="hidden" name="cartId" value={cartId} />
      <Field
        name="name"
        label="Họ và tên người nhận"
        autoComplete="name"
        defaultValue={state.typed.name ?? initial.name}
        error={state.errors.name}
      />
      <Field
        name="phone"
        label="Số điện thoại"
        hint="Người giao hàng sẽ gọi trước khi đến."
        type="tel"
        inputMode="tel"
        autoComplete="tel"
        defaultValue={state.typed.phone ?? initial.phone}
        error={state.errors.phone}
      />
      <Field
        name="address"
        label="Địa chỉ"
        hint="Số nhà, đường, phường/xã, tỉnh/thành phố."
        autoComplete="street-address"
        multiline
        defaultValue={state.typed.address ?? ""}
        error={state.errors.address}
      />
      <div className="rounded-xl border border-line p-4">
        <p className="font-semibold">Trả tiền khi nhận hàng</p>
        <p className="mt-0.5 text-sm text-muted">
          Kiểm tra hàng rồi trả tiền mặt hoặc chuyển khoản cho người giao.
        </p>
      </div>
      <Submit total={total} />
      <p className="text-sm text-muted">Nhấn đặt hàng là bạn đồng ý mua các món ở trên với giá đã ghi.</p>
    </form>
  );
}

function Submit({ total }: { total: string }) {
  const { pending } = useFormStatus();
  return (
    <button type="submit" aria-disabled={pending} className="button w-full sm:w-auto sm:min-w-72">
      {pending ? "Đang đặt hàng…" : `Đặt hàng · ${total}`}
    </button>
  );
}

/** After a refusal the focus is where something is to be done. */
function useFocusOnRefusal(form: RefObject<HTMLFormElement | null>, state: CheckoutState): void {
  useEffect(() => {
    if (state === UNTOUCHED) return;
    form.current?.querySelector<HTMLElement>("[role=alert], [aria-invalid=true]")?.focus();
  }, [form, state]);
}
