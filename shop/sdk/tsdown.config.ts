import { defineConfig, type UserConfig } from "tsdown";

const browser: UserConfig = {
  platform: "browser",
  target: "es2022",
  minify: true,
  hash: false,
  logLevel: "warn",
  inputOptions: {
    onLog: (level, log, handle) => {
      // "use client" is on top of the entry that has it, and stays there.
      if (log.code !== "MODULE_LEVEL_DIRECTIVE") handle(level, log);
    },
  },
};

/** The package, and the one file that a script tag loads. */
const config: UserConfig[] = defineConfig([
  {
    ...browser,
    entry: ["src/index.ts", "src/react.ts"],
    format: "esm",
    dts: true,
    fixedExtension: false,
    outputOptions: { chunkFileNames: "client.js", comments: { annotation: false } },
  },
  {
    ...browser,
    entry: { clickstream: "src/script.ts" },
    format: "iife",
    dts: false,
    clean: false,
    outputOptions: { entryFileNames: "[name].js", comments: { annotation: false } },
  },
]);

export default config;
