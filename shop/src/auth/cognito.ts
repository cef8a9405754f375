import { JwtVerifier } from "aws-jwt-verify";
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
  let found: Promise<{ configuration: Configuration; jwksUri: string }> | undefined;
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
      const { configuration, jwksUri } = await discover();
      const tokens = await authorizationCodeGrant(configuration, callback, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      if (!tokens.id_token) throw new Error("the user pool sent no id token");
      const verifier = JwtVerifier.create({ issuer: COGNITO_ISSUER, audience: COGNITO_CLIENT_ID, jwksUri });
      const claims = Claims.parse(await verifier.verify(tokens.id_token));
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

async function find(issuer: string, clientId: string) {
  // Plain HTTP only where the issuer itself is an emulator on this machine.
  const options = ["localhost", "127.0.0.1"].includes(new URL(issuer).hostname)
    ? { execute: [allowInsecureRequests] }
    : {};
  const configuration = await discovery(new URL(issuer), clientId, undefined, None(), options);
  const jwksUri = configuration.serverMetadata().jwks_uri;
  if (!jwksUri) throw new Error(`${issuer} names no keys`);
  return { configuration, jwksUri };
}
