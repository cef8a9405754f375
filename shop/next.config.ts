import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: import.meta.dirname,
  poweredByHeader: false,
  reactStrictMode: true,
  // Bundled, because Turbopack links external packages by symlinks that Amplify's bundler fails on.
  transpilePackages: ["@prisma/client", "@prisma/adapter-pg", "pg"],
  // `npm run types` checks the types; Next knows no API of TypeScript 7.
  typescript: { ignoreBuildErrors: true },
  // Browsers ask for it by themselves while the page's head, which names the icon, is still on its way.
  rewrites: async () => [{ source: "/favicon.ico", destination: "/icon.svg" }],
  experimental: { serverActions: { bodySizeLimit: "32kb" } },
};

export default config;
