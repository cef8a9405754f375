import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: {
      "@": here("./src"),
      // Fails outside of Next's server, which a test is.
      "server-only": here("./tests/server-only.ts"),
    },
  },
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: ["tests/unit/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          globalSetup: "tests/integration/server.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          exclude: ["e2e/platform*.test.ts", "e2e/aws/*"],
          globalSetup: "e2e/server.ts",
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // A browser and a shop each; more at once wait for each other.
          maxWorkers: 2,
        },
      },
      // Takes sbw-local and an emulator of AWS, too.
      {
        extends: true,
        test: {
          name: "platform",
          include: ["e2e/platform*.test.ts", "e2e/aws/*.test.ts"],
          globalSetup: "e2e/server.ts",
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
