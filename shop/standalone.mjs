// Completes `next build`'s standalone output: what a CDN could serve, and a start for supervisors.
import { cp } from "node:fs/promises";

await cp("public", ".next/standalone/public", { recursive: true });
await cp(".next/static", ".next/standalone/.next/static", { recursive: true });
await cp("supervised.mjs", ".next/standalone/supervised.mjs");
