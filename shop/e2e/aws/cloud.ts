import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer, request, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { makeCertificate, pemOf } from "../../tests/tls";
import { freePort } from "../shop";

const run = promisify(execFile);
const TOOLS = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sbw/aws/bin");
const TEMPLATES = join(import.meta.dirname, "../../../infra/aws");
export const REGION = "ap-southeast-1";
const CREDENTIALS = { AWS_ACCESS_KEY_ID: "123456789012", AWS_SECRET_ACCESS_KEY: "emulated" };

/** AWS as far as the shop needs it, emulated, under the names that it has. */
export interface Cloud {
  /** Leads to AWS's hosts, with certificates of `root`, and nowhere else. */
  proxy: string;
  /** What a program needs to reach it. */
  environment: Record<string, string>;
  /** AWS's command line; its answer. */
  aws(...args: string[]): Promise<string>;
  /** Makes a stack of `infra/aws`; its outputs. */
  create(stack: string, parameters: Record<string, string>): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export async function openCloud(): Promise<Cloud> {
  if (!existsSync(join(TOOLS, "ministack"))) {
    throw new Error("the emulator of AWS is not installed: run infra/setup/setup.sh test");
  }
  const folder = mkdtempSync(join(tmpdir(), "sbw-shop-aws-"));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const emulator = spawn(join(TOOLS, "ministack"), {
    env: {
      ...process.env,
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: "127.0.0.1",
      MINISTACK_REGION: REGION,
      MINISTACK_ACCOUNT_ID: CREDENTIALS.AWS_ACCESS_KEY_ID,
      IOT_MTLS_ENABLED: "0",
      S3_DATA_DIR: join(folder, "s3"),
      STATE_DIR: join(folder, "state"),
      TMPDIR: folder,
    },
    stdio: "ignore",
  });
  await answers(`${endpoint}/_ministack/health`, emulator);

  const hosts = makeCertificate(`DNS:*.${REGION}.amazonaws.com,DNS:*.auth.${REGION}.amazoncognito.com`);
  const tls = createHttpsServer(
    { cert: pemOf(hosts.certificate), key: pemOf(hosts.key) },
    (asked, answer) => {
      const headers = { ...asked.headers, "x-forwarded-proto": "https" };
      const onward = request({ port, host: "127.0.0.1", method: asked.method, path: asked.url, headers });
      onward.on("response", (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.pipe(answer);
      });
      onward.on("error", () => answer.destroy());
      asked.pipe(onward);
    },
  );
  const tlsPort = await listen(tls);
  const proxy = createHttpServer().on("connect", (asked, socket) => {
    if (!/\.(amazonaws|amazoncognito)\.com:443$/.test(asked.url ?? ""))
      return socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    const onward = connect(tlsPort, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    socket.on("error", () => onward.destroy());
    onward.on("error", () => socket.destroy());
  });
  const proxyUrl = `http://127.0.0.1:${await listen(proxy)}`;

  const environment = {
    ...CREDENTIALS,
    // The SDK has a client of its own, which knows no proxy.
    AWS_ENDPOINT_URL: endpoint,
    NODE_USE_ENV_PROXY: "1",
    HTTPS_PROXY: proxyUrl,
    NO_PROXY: "localhost,127.0.0.1",
    NODE_EXTRA_CA_CERTS: hosts.root,
  };
  const aws = async (...args: string[]) => {
    const env = { ...process.env, ...CREDENTIALS, AWS_ENDPOINT_URL: endpoint, AWS_DEFAULT_REGION: REGION };
    const { stdout } = await run(join(TOOLS, "aws"), args, { env });
    return stdout.trim();
  };
  return {
    proxy: proxyUrl,
    environment,
    aws,
    async create(stack, parameters) {
      const given = Object.entries(parameters).map(
        ([name, value]) => `ParameterKey=${name},ParameterValue=${value}`,
      );
      const template = `file://${join(TEMPLATES, `${stack}.yaml`)}`;
      const named = ["--stack-name", stack];
      await aws(
        "cloudformation",
        "create-stack",
        ...named,
        "--template-body",
        template,
        "--parameters",
        ...given,
      );
      await aws("cloudformation", "wait", "stack-create-complete", ...named);
      const query = ["--query", "Stacks[0].Outputs[].[OutputKey,OutputValue]"];
      const outputs = await aws("cloudformation", "describe-stacks", ...named, ...query);
      return Object.fromEntries(JSON.parse(outputs));
    },
    async close() {
      for (const server of [tls, proxy]) {
        server.close();
        server.closeAllConnections();
      }
      emulator.kill();
      if (emulator.exitCode === null && emulator.signalCode === null) await once(emulator, "exit");
      for (const made of [folder, dirname(hosts.root)]) rmSync(made, { recursive: true });
    },
  };
}

async function listen(server: Server | ReturnType<typeof createHttpsServer>): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function answers(url: string, program: ChildProcess): Promise<void> {
  for (;;) {
    if (program.exitCode !== null) throw new Error("the emulator of AWS ended");
    const up = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
