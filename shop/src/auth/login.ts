import "server-only";
import { cognitoLogin } from "@/auth/cognito";
import { demoLogin } from "@/auth/demo";
import { settings } from "@/settings";

/** Somebody whom a login vouches for. */
export interface Identity {
  /** Of the user pool; never changes. */
  subject: string;
  email: string;
  name: string | undefined;
  /** What events call it, e.g. `cognito_email`. */
  source: string;
}

/** A login that has begun: what the shop must remember until the visitor comes back. */
export interface PendingLogin {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** A way to sign in. The browser leaves for `begin`'s address and comes back to `/auth/callback`. */
export interface Login {
  begin(pending: PendingLogin): Promise<URL>;
  /** Who came back. Throws when the address is not a true answer to this login. */
  complete(callback: URL, pending: PendingLogin): Promise<Identity>;
  /** Where logging out leads. */
  end(): Promise<URL>;
}

let login: Login | undefined;

/** The login that this shop is set to; undefined: there is none. */
export function configuredLogin(): Login | undefined {
  const set = settings();
  if (set.LOGIN === "none") return undefined;
  login ??= set.LOGIN === "cognito" ? cognitoLogin(set) : demoLogin(set.SHOP_ORIGIN);
  return login;
}
