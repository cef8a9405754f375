import "server-only";
import { cookies } from "next/headers";
import type { z } from "zod";
import { type Purpose, seal, unseal } from "@/security/seal";
import { settings } from "@/settings";

/** A cookie that the browser keeps sealed. */
export interface SealedCookie<Value extends object> {
  read(): Promise<Value | undefined>;
  /** Only in server actions and route handlers, as pages cannot set cookies. */
  write(value: Value): Promise<void>;
  clear(): Promise<void>;
}

export function sealedCookie<Value extends object>(
  purpose: Purpose,
  schema: z.ZodType<Value>,
  seconds: number,
): SealedCookie<Value> {
  return {
    async read() {
      const sealed = (await cookies()).get(nameOf(purpose))?.value;
      if (!sealed) return undefined;
      const parsed = schema.safeParse(await unseal(settings().SHOP_SECRET, purpose, sealed));
      return parsed.success ? parsed.data : undefined;
    },
    async write(value) {
      const sealed = await seal(settings().SHOP_SECRET, purpose, value, seconds);
      (await cookies()).set({ name: nameOf(purpose), value: sealed, ...attributes(), maxAge: seconds });
    },
    async clear() {
      (await cookies()).set({ name: nameOf(purpose), value: "", ...attributes(), maxAge: 0 });
    },
  };
}

function isHttps(): boolean {
  return settings().SHOP_ORIGIN.startsWith("https:");
}

/** `__Host-`: no other host of the domain can set it. Browsers take the prefix over HTTPS only. */
function nameOf(purpose: Purpose): string {
  return isHttps() ? `__Host-${purpose}` : purpose;
}

function attributes() {
  return { httpOnly: true, secure: isHttps(), sameSite: "lax", path: "/" } as const;
}
