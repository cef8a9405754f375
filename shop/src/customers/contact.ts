import { z } from "zod";

export const Phone = z
  .string()
  .trim()
  .transform((text) => text.replace(/[\s.()-]/g, ""))
  .pipe(z.string().regex(/^(0|\+84)\d{9}$/, "Số điện thoại gồm 10 chữ số, ví dụ 0912 345 678."));

export const FullName = z
  .string()
  .trim()
  .min(2, "Vui lòng nhập họ và tên.")
  .max(100, "Tên dài quá 100 ký tự.");
