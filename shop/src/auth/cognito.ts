import { JwtVerifier } from "aws-jwt-verify";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  None,
} from "openid-client";
import { z } from "zod";
import type { Login } from "@/auth/login";

export interface CognitoSettings {
  SHOP_ORIGIN: string;
  /** `https://cognito-idp.<region>.amazonaws.com/<pool>`. */
  COGNITO_ISSUER?: string | undefined;
  /** The hosted pages' origin. */
  COGNITO_DOMAIN?: string | undefined;
  COGNITO_CLIENT_ID?: string | undefined;
}

const Claims = z.object({
  sub: z.uuid(),
  email: z.email(),
  email_verified: z.union([z.boolean(), z.string()]).optional(),
  name: z.string().optional(),
  nonce: z.string().optional(),
  identities: z.array(z.object({ providerName: z.string() })).optional(),
});

/** The hosted page of a Cognito user pool: authorization code with PKCE, by a client without a secret. */
export function cognitoLogin(settings: CognitoSettings): Login {
  const { SHOP_ORIGIN, COGNITO_ISSUER, COGNITO_DOMAIN, COGNITO_CLIENT_ID } = settings;
  if (!COGNITO_ISSUER || !COGNITO_DOMAIN || !COGNITO_CLIENT_ID) {
    throw new Error("LOGIN=cognito needs COGNITO_ISSUER, COGNITO_DOMAIN and COGNITO_CLIENT_ID");
  }
  const redirectUri = `${SHOP_ORIGIN}/auth/callback`;
  let found: Promise<UserPool> | undefined;
  const discover = () => {
    found ??= find(COGNITO_ISSUER, COGNITO_CLIENT_ID).catch((error) => {
      // Asked again at the next login.
      found = undefined;
      throw error;
    });
    return found;
  };

  return {
    async begin({ state, nonce, codeVerifier }) {
      const { configuration } = await discover();
      return buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: "openid email profile",
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: "S256",
      });
    },

    async complete(callback, { state, nonce, codeVerifier }) {
      const { configuration, verify } = await discover();
      const tokens = await authorizationCodeGrant(configuration, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      if (!tokens.id_token) throw new Error("the user pool sent no id token");
      // The signature, too, which openid-client leaves to TLS.
      const claims = Claims.parse(await verify(tokens.id_token));
      // An address that nobody confirmed could be somebody else's, and so would be their orders.
      if (String(claims.email_verified) !== "true") throw new Error("the e-mail address is not confirmed");
      const provider = claims.identities?.[0]?.providerName.toLowerCase() ?? "email";
      return { subject: claims.sub, email: claims.email, name: claims.name, source: `cognito_${provider}` };
    },

    async end() {
      const url = new URL("/logout", COGNITO_DOMAIN);
      url.searchParams.set("client_id", COGNITO_CLIENT_ID);
      url.searchParams.set("logout_uri", SHOP_ORIGIN);
      return url;
    },
  };
}

interface UserPool {
  configuration: Configuration;
  /** The claims of an id token that the pool signed for this client, and that is not out of date. */
  verify(idToken: string): Promise<unknown>;
}

async function find(issuer: string, clientId: string): Promise<UserPool> {
  // Plain HTTP only where the issuer itself is on this machine.
  const isLocal = ["localhost", "127.0.0.1"].includes(new URL(issuer).hostname);
  const options = isLocal ? { execute: [allowInsecureRequests] } : {};
  const configuration = await discovery(new URL(issuer), clientId, undefined, None(), options);
  const jwksUri = configuration.serverMetadata().jwks_uri;
  if (!jwksUri) throw new Error(`${issuer} names no keys`);
  const jwksCache = new SimpleJwksCache({ fetcher: { fetch: fetchKeys } });
  const verifier = JwtVerifier.create({ issuer, audience: clientId, jwksUri }, { jwksCache });
  return { configuration, verify: (idToken) => verifier.verify(idToken) };
}

async function fetchKeys(uri: string): Promise<ArrayBuffer> {
  const response = await fetch(uri, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${uri} answers ${response.status}`);
  return response.arrayBuffer();
}
