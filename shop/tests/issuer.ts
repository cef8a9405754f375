import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

/** What a test may make the issuer do wrong. */
export interface Flaws {
  claims?: JWTPayload & Record<string, unknown>;
  audience?: string;
  issuer?: string;
  expired?: boolean;
  foreignKey?: boolean;
}

/** An OpenID provider as far as a code with PKCE needs one; it signs real tokens. */
export interface Issuer {
  url: string;
  /** Signs somebody in at the authorization address: the answer for the callback. */
  answer(authorization: URL, flaws?: Flaws): URL;
  stop(): void;
}

export async function startIssuer(clientId: string): Promise<Issuer> {
  const keys = await generateKeyPair("RS256");
  const foreign = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
  const codes = new Map<string, { authorization: URL; flaws: Flaws }>();
  let url = "";

  const metadata = () => ({
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  });

  const redeem = async (form: URLSearchParams): Promise<[number, object]> => {
    const code = form.get("code") ?? "";
    const known = codes.get(code);
    codes.delete(code);
    const asked = known?.authorization.searchParams;
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (!known || asked?.get("code_challenge") !== challenge || form.has("client_secret")) {
      return [400, { error: "invalid_grant" }];
    }
    const { flaws } = known;
    const now = Math.floor(Date.now() / 1000);
    const token = new SignJWT({
      email: "minh.anh@example.com",
      email_verified: true,
      name: "Nguyễn Minh Anh",
      nonce: asked.get("nonce"),
      token_use: "id",
      ...flaws.claims,
    })
      .setProtectedHeader({ alg: "RS256", kid: "k1" })
      .setSubject("6f1d3b52-0c1e-4b7a-9d55-1a2b3c4d5e01")
      .setIssuer(flaws.issuer ?? url)
      .setAudience(flaws.audience ?? clientId)
      .setIssuedAt(now - 3_600)
      .setExpirationTime(flaws.expired ? now - 600 : now + 600);
    const id_token = await token.sign(flaws.foreignKey ? foreign.privateKey : keys.privateKey);
    return [200, { access_token: "a", token_type: "Bearer", expires_in: 600, id_token }];
  };

  const server: Server = createServer(async (request, response) => {
    const bodies: Record<string, () => Promise<[number, object]>> = {
      "/.well-known/openid-configuration": async () => [200, metadata()],
      "/keys": async () => [200, { keys: [jwk] }],
      "/token": async () => redeem(new URLSearchParams(await textOf(request))),
    };
    const [status, body] = (await bodies[request.url ?? ""]?.()) ?? [404, {}];
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    answer(authorization, flaws = {}) {
      const code = crypto.randomUUID();
      codes.set(code, { authorization, flaws });
      const callback = new URL(authorization.searchParams.get("redirect_uri") ?? "");
      callback.searchParams.set("code", code);
      callback.searchParams.set("state", authorization.searchParams.get("state") ?? "");
      return callback;
    },
    stop: () => server.close(),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += part;
  return text;
}
