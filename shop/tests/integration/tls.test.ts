import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connect, type DatabaseSettings } from "@/database";
import { makeShop } from "../postgres";
import { type Certificate, makeCertificate, pemOf, serveTls } from "../tls";

// As the host in AWS has it: its own address and localhost, while the shop comes by another address.
const NAMES = "DNS:localhost,IP:10.0.0.10";

let host: Certificate;
let other: Certificate;
let settings: DatabaseSettings;

beforeAll(async () => {
  const postgres = inject("postgres");
  const url = new URL(await makeShop(postgres, "tls"));
  host = makeCertificate(NAMES);
  other = makeCertificate(NAMES);
  await serveTls(postgres, host);
  const { password } = url;
  url.password = "";
  settings = {
    DATABASE_URL: url.href,
    DATABASE_PASSWORD: password,
    DATABASE_CA: pemOf(host.root),
    DATABASE_CERTIFICATE_NAME: "10.0.0.10",
    DATABASE_POOL: 2,
  };
});
afterAll(() => {
  for (const made of [host, other]) rmSync(dirname(made.root), { recursive: true });
});

/** What the database says of the connection; rejects when there is none. */
async function isEncrypted(change: Partial<DatabaseSettings>): Promise<boolean | undefined> {
  const db = connect({ ...settings, ...change });
  try {
    const rows = await db.$queryRaw<
      { ssl: boolean }[]
    >`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    return rows[0]?.ssl;
  } finally {
    await db.$disconnect();
  }
}

describe("a database elsewhere", () => {
  test("is reached by TLS, with the password beside the URL", async () => {
    expect(await isEncrypted({})).toBe(true);
    expect(await isEncrypted({ DATABASE_CA: host.root }), "the certificate as a file").toBe(true);
  });

  test.each<[string, () => Partial<DatabaseSettings>]>([
    ["signed by another root", () => ({ DATABASE_CA: pemOf(other.root) })],
    ["of another name", () => ({ DATABASE_CERTIFICATE_NAME: "10.0.0.11" })],
    ["that names localhost, but not the address asked for", () => ({ DATABASE_CERTIFICATE_NAME: undefined })],
  ])("is refused with a certificate %s", async (_, change) => {
    await expect(isEncrypted(change())).rejects.toThrow();
  });

  test("is refused a wrong password", async () => {
    await expect(isEncrypted({ DATABASE_PASSWORD: "wrong" })).rejects.toThrow();
  });
});
