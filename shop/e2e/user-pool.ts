import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

export const CUSTOMER = {
  email: "minh.anh@example.com",
  password: "Correct-horse-1",
  name: "Nguyễn Minh Anh",
};

/** A Cognito user pool of an emulator, with its hosted page and one customer. */
export interface UserPool {
  /** What the shop must be told to use it. */
  settings: Record<string, string>;
  stop(): Promise<void>;
}

const REGION = "ap-southeast-1";

export async function startUserPool(origin: string, port: number): Promise<UserPool> {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const program = join(cache, "sbw/aws/bin/ministack");
  if (!existsSync(program)) throw new Error("the emulator is missing: run infra/setup/setup.sh test");
  const home = mkdtempSync(join(tmpdir(), "sbw-user-pool-"));
  const server = spawn(program, [], {
    env: {
      ...process.env,
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: "127.0.0.1",
      MINISTACK_REGION: REGION,
      IOT_MTLS_ENABLED: "0",
      S3_DATA_DIR: join(home, "s3"),
      STATE_DIR: join(home, "state"),
      TMPDIR: home,
    },
    stdio: "ignore",
  });
  const url = `http://127.0.0.1:${port}`;
  for (let up = false; !up; ) {
    if (server.exitCode !== null) throw new Error("the emulator ended");
    await new Promise((resolve) => setTimeout(resolve, 200));
    up = await fetch(`${url}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  const call = async (action: string, input: object) => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSCognitoIdentityProviderService.${action}`,
        authorization: `AWS4-HMAC-SHA256 Credential=x/20260101/${REGION}/cognito-idp/aws4_request, SignedHeaders=host, Signature=x`,
      },
      body: JSON.stringify(input),
    });
    if (!response.ok) throw new Error(`${action}: ${await response.text()}`);
    return response.json();
  };
  const { UserPool: pool } = await call("CreateUserPool", {
    PoolName: "shop",
    UsernameAttributes: ["email"],
  });
  const UserPoolId: string = pool.Id;
  // As infra/aws/users.yaml has it: no secret, and codes only.
  const { UserPoolClient: client } = await call("CreateUserPoolClient", {
    UserPoolId,
    ClientName: "ClickSteam.NextJS",
    GenerateSecret: false,
    SupportedIdentityProviders: ["COGNITO"],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email", "profile"],
    CallbackURLs: [`${origin}/auth/callback`],
    LogoutURLs: [origin],
  });
  const { email, name, password } = CUSTOMER;
  const attributes = { email, name, email_verified: "true" };
  await call("AdminCreateUser", {
    UserPoolId,
    Username: email,
    MessageAction: "SUPPRESS",
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  });
  await call("AdminSetUserPassword", { UserPoolId, Username: email, Password: password, Permanent: true });
  return {
    settings: {
      LOGIN: "cognito",
      COGNITO_ISSUER: `https://cognito-idp.${REGION}.amazonaws.com/${UserPoolId}`,
      COGNITO_METADATA_URL: `${url}/${UserPoolId}/.well-known/openid-configuration`,
      COGNITO_DOMAIN: url,
      COGNITO_CLIENT_ID: client.ClientId,
    },
    async stop() {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
      rmSync(home, { recursive: true, force: true });
    },
  };
}
