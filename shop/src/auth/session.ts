import "server-only";
import { cache } from "react";
import { z } from "zod";
import { sealedCookie } from "@/security/sealed-cookie";

/** Who is signed in. Sealed in the browser's cookie, with no token of the user pool in it. */
const Session = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string().optional(),
  source: z.string(),
  /** Of this login; the id of its `login_success`. */
  loginId: z.uuid(),
});
export type Session = z.output<typeof Session>;

const EIGHT_HOURS = 8 * 60 * 60;
const cookie = sealedCookie("session", Session, EIGHT_HOURS);

/** The session of this request; undefined: nobody is signed in. */
export const currentSession = cache(cookie.read);
export const openSession = cookie.write;
export const closeSession = cookie.clear;

const Pending = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  returnTo: z.string(),
});

/** A login on its way, for ten minutes. */
export const pendingLogin = sealedCookie("login", Pending, 10 * 60);
