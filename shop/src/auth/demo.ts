import { timingSafeEqual } from "node:crypto";
import { DEMO_CUSTOMERS } from "@/auth/demo-customers";
import type { Login } from "@/auth/login";

/** A page with customers to choose from in the place of the hosted one. Whoever opens it can be any of them. */
export function demoLogin(origin: string): Login {
  return {
    async begin({ state }) {
      const url = new URL("/auth/customers", origin);
      url.searchParams.set("state", state);
      return url;
    },
    async complete(callback, { state }) {
      const given = Buffer.from(callback.searchParams.get("state") ?? "");
      const expected = Buffer.from(state);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new Error("the answer belongs to another login");
      }
      const email = callback.searchParams.get("code");
      const customer = DEMO_CUSTOMERS.find((one) => one.email === email);
      if (!customer) throw new Error("there is no such customer");
      return { ...customer, source: "demo" };
    },
    async end() {
      return new URL("/", origin);
    },
  };
}
