import { expect, test } from "vitest";
import { readParameters } from "@/parameters";

// What it reads is shown against an emulated Systems Manager: e2e/aws.
test("nothing is asked and nothing changes where no prefix is set", async () => {
  const environment = { SHOP_SECRET: "kept", PARAMETER_REGION: "ap-southeast-1" };
  await readParameters(environment);
  expect(environment).toEqual({ SHOP_SECRET: "kept", PARAMETER_REGION: "ap-southeast-1" });
});

test("a prefix needs a region", async () => {
  await expect(readParameters({ PARAMETER_PREFIX: "/sbw/oltp" })).rejects.toThrow("PARAMETER_REGION");
});
