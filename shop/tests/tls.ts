import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAs, type TestServer } from "./postgres";

/** Files of a certificate and of the root that signed it. */
export interface Certificate {
  root: string;
  certificate: string;
  key: string;
}

/** Makes a root and a certificate under it, as `infra/hosts/lib/certificate.sh` does. `names` as in a subjectAltName. */
export function makeCertificate(names: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "sbw-shop-tls-"));
  const path = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const keyOf = (name: string) => [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    name,
  ];
  openssl("req", "-x509", ...keyOf("root.key"), "-days", "2", "-subj", "/CN=test root", "-out", "root.crt");
  openssl("req", ...keyOf("server.key"), "-subj", "/CN=test", "-out", "server.csr");
  writeFileSync(path("extensions"), `subjectAltName=${names}\nextendedKeyUsage=serverAuth\n`);
  openssl(
    ...["x509", "-req", "-in", "server.csr", "-CA", "root.crt", "-CAkey", "root.key", "-CAcreateserial"],
    ...["-days", "2", "-out", "server.crt", "-extfile", "extensions"],
  );
  return { root: path("root.crt"), certificate: path("server.crt"), key: path("server.key") };
}

/** Lets the server speak TLS, beside plain connections. Resolves once it does. */
export async function serveTls(
  server: Pick<TestServer, "port" | "password">,
  { root, certificate, key }: Certificate,
): Promise<void> {
  if (process.getuid?.() === 0) {
    // Root's key may be read by the server's group, and by nobody else.
    chmodSync(join(root, ".."), 0o711);
    chownSync(key, 0, Number(execFileSync("id", ["-g", "nobody"], { encoding: "utf8" })));
    chmodSync(key, 0o640);
  }
  const operator = await connectAs(server, "postgres");
  await operator.query(`alter system set ssl_cert_file = '${certificate}'`);
  await operator.query(`alter system set ssl_key_file = '${key}'`);
  await operator.query("alter system set ssl = on");
  await operator.query("select pg_reload_conf()");
  for (;;) {
    const { rows } = await operator.query("select setting from pg_settings where name = 'ssl'");
    if (rows[0]?.setting === "on") break;
  }
  await operator.end();
}

export const pemOf = (file: string) => readFileSync(file, "utf8");
