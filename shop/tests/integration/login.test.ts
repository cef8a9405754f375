import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cognitoLogin } from "@/auth/cognito";
import { demoLogin } from "@/auth/demo";
import type { Login, PendingLogin } from "@/auth/login";
import { type Flaws, type Issuer, startIssuer } from "../issuer";

const ORIGIN = "https://shop.example";
const PENDING: PendingLogin = { state: "state-1", nonce: "nonce-1", codeVerifier: "v".repeat(43) };

describe("the hosted page of a user pool", () => {
  let issuer: Issuer;
  let login: Login;

  beforeAll(async () => {
    issuer = await startIssuer("client-1");
    login = cognitoLogin({
      SHOP_ORIGIN: ORIGIN,
      COGNITO_ISSUER: issuer.url,
      COGNITO_DOMAIN: "https://login.example",
      COGNITO_CLIENT_ID: "client-1",
    });
  });
  afterAll(() => issuer.stop());

  test("is asked for a code with PKCE, state and nonce", async () => {
    const url = await login.begin(PENDING);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: "code",
      client_id: "client-1",
      redirect_uri: `${ORIGIN}/auth/callback`,
      scope: "openid email profile",
      state: "state-1",
      nonce: "nonce-1",
      code_challenge_method: "S256",
    });
    expect(url.href).not.toContain(PENDING.codeVerifier);
  });

  test("vouches for a customer", async () => {
    const callback = issuer.answer(await login.begin(PENDING));
    expect(await login.complete(callback, PENDING)).toEqual({
      subject: "6f1d3b52-0c1e-4b7a-9d55-1a2b3c4d5e01",
      email: "minh.anh@example.com",
      name: "Nguyễn Minh Anh",
      source: "cognito_email",
    });
    await expect(login.complete(callback, PENDING), "a code works once").rejects.toThrow();
  });

  test("may itself have asked somebody else", async () => {
    const flaws = { claims: { identities: [{ providerName: "Google" }], email_verified: "true" } };
    const callback = issuer.answer(await login.begin(PENDING), flaws);
    expect((await login.complete(callback, PENDING)).source).toBe("cognito_google");
  });

  const wrong: [what: string, flaws: Flaws][] = [
    ["for another client", { audience: "client-2" }],
    ["from another issuer", { issuer: "https://evil.example" }],
    ["signed with another key", { foreignKey: true }],
    ["that is out of date", { expired: true }],
    ["for another login", { claims: { nonce: "nonce-2" } }],
    ["with an address that nobody confirmed", { claims: { email_verified: false } }],
    ["without an address", { claims: { email: undefined } }],
  ];
  test.each(wrong)("cannot vouch by a token %s", async (_what, flaws) => {
    const callback = issuer.answer(await login.begin(PENDING), flaws);
    await expect(login.complete(callback, PENDING)).rejects.toThrow();
  });

  test.each([
    ["another login's state", { ...PENDING, state: "state-2" }],
    ["another login's verifier", { ...PENDING, codeVerifier: "w".repeat(43) }],
  ])("does not answer to %s", async (_what, pending) => {
    const callback = issuer.answer(await login.begin(PENDING));
    await expect(login.complete(callback, pending)).rejects.toThrow();
  });

  test("is left by its own sign-out", async () => {
    expect((await login.end()).href).toBe(
      "https://login.example/logout?client_id=client-1&logout_uri=https%3A%2F%2Fshop.example",
    );
  });

  test("needs to be known", () => {
    expect(() => cognitoLogin({ SHOP_ORIGIN: ORIGIN })).toThrow("COGNITO_ISSUER");
  });
});

describe("the page of made-up customers", () => {
  const login = demoLogin(ORIGIN);
  const callback = (query: string) => new URL(`/auth/callback?${query}`, ORIGIN);

  test("keeps to the same interface", async () => {
    expect((await login.begin(PENDING)).href).toBe(`${ORIGIN}/auth/customers?state=state-1`);
    expect(await login.complete(callback("state=state-1&code=thu.ha@example.com"), PENDING)).toMatchObject({
      name: "Lê Thị Thu Hà",
      source: "demo",
    });
    expect((await login.end()).href).toBe(`${ORIGIN}/`);
  });

  test.each(["state=state-2&code=thu.ha@example.com", "code=thu.ha@example.com", "state=state-1&code=x", ""])(
    "does not take %j",
    async (query) => {
      await expect(login.complete(callback(query), PENDING)).rejects.toThrow();
    },
  );
});
