import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";

/** Settings that a deployment keeps as parameters of AWS Systems Manager, by their names under its prefix. */
const PARAMETERS = {
  DATABASE_PASSWORD: "app-password",
  DATABASE_CA: "certificate",
  SHOP_SECRET: "session-key",
} as const;

/**
 * Completes the environment with what must be in no build: secrets, and the certificate that the database's host made.
 * `PARAMETER_PREFIX` and `PARAMETER_REGION` say where they are; without a prefix nothing is asked and nothing changes.
 * Throws when a parameter is missing or may not be read: a shop without them could sell nothing.
 */
export async function readParameters(environment: Record<string, string | undefined>): Promise<void> {
  const { PARAMETER_PREFIX: prefix, PARAMETER_REGION: region } = environment;
  if (!prefix) return;
  if (!region) throw new Error("PARAMETER_PREFIX needs PARAMETER_REGION, the region of the parameters");
  const wanted = Object.entries(PARAMETERS).map(([variable, name]) => ({
    variable,
    path: `${prefix}/${name}`,
  }));
  const client = new SSMClient({ region });
  try {
    const names = wanted.map(({ path }) => path);
    const answer = await client.send(new GetParametersCommand({ Names: names, WithDecryption: true }));
    const values = new Map(answer.Parameters?.map(({ Name, Value }) => [Name, Value]));
    for (const { variable, path } of wanted) {
      const value = values.get(path);
      if (!value) throw new Error(`there is no parameter ${path}: deploy the database's host first`);
      environment[variable] = value;
    }
  } finally {
    client.destroy();
  }
}
