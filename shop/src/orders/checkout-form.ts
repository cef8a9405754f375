import { z } from "zod";
import { FullName, Phone } from "@/customers/contact";

const Checkout = z.object({
  cartId: z.uuid(),
  name: FullName,
  phone: Phone,
  address: z
    .string()
    .trim()
    .min(10, "Vui lòng nhập đủ số nhà, đường, phường/xã và tỉnh/thành phố.")
    .max(300, "Địa chỉ dài quá 300 ký tự."),
});
export type Checkout = z.output<typeof Checkout>;

export const FIELDS = ["name", "phone", "address"] as const;
export type Field = (typeof FIELDS)[number];

export type CheckoutErrors = Partial<Record<Field, string>>;

/** Reads the form; what is wrong with it is told field by field. */
export function readCheckout(form: FormData): { data: Checkout } | { errors: CheckoutErrors } {
  const parsed = Checkout.safeParse(Object.fromEntries(form));
  if (parsed.success) return { data: parsed.data };
  const { fieldErrors } = z.flattenError(parsed.error);
  const first = (field: Field) => fieldErrors[field]?.[0];
  const errors: CheckoutErrors = {};
  for (const field of FIELDS) {
    const message = first(field);
    if (message) errors[field] = message;
  }
  return { errors };
}
