import { createHash } from "node:crypto";
import { EncryptJWT, errors, jwtDecrypt } from "jose";

/** What a sealed text is for: one made for one purpose does not open as another. */
export type Purpose = "cart" | "session" | "login" | "receipts" | "wishlist";

/** Encrypts and signs, so that a browser can keep it but neither read nor change it. */
export async function seal(
  secret: string,
  purpose: Purpose,
  value: object,
  seconds: number,
): Promise<string> {
  return new EncryptJWT({ value })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setAudience(purpose)
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .encrypt(keyOf(secret));
}

/** What was sealed; undefined for what was not sealed here, for something else, or is out of date. */
export async function unseal(secret: string, purpose: Purpose, sealed: string): Promise<unknown> {
  try {
    const options = {
      audience: purpose,
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    };
    const { payload } = await jwtDecrypt(sealed, keyOf(secret), options);
    return payload.value;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

function keyOf(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}
