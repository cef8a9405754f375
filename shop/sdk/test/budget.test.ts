import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { build } from "tsdown";
import { open, world } from "./support/browser.ts";

const at = world();

/** How large a module of ours is with all that it needs of ours, minified and gzipped, in bytes. */
async function sizeOf(entry: string): Promise<number> {
  const outDir = await mkdtemp(join(tmpdir(), "sbw-sdk-"));
  await build({
    entry: new URL(`../src/${entry}`, import.meta.url).pathname,
    outDir,
    config: false,
    dts: false,
    logLevel: "silent",
    minify: true,
    platform: "browser",
    target: "es2022",
    outputOptions: { comments: { annotation: false } },
  });
  const [file = ""] = await readdir(outDir);
  const size = gzipSync(await readFile(join(outDir, file)), { level: 9 }).length;
  await rm(outDir, { recursive: true });
  return size;
}

// The core is what loses no event: outbox, visitor, page views, consent. All is that, clicks, named events and React.
for (const [what, entry, most] of [
  ["the core", "client.ts", 3_500],
  ["the script tag's", "script.ts", 4_500],
  ["all", "react.ts", 4_500],
] as const) {
  test(`size: ${what} is at most ${most} bytes gzipped`, async (t) => {
    const size = await sizeOf(entry);
    t.diagnostic(`${size} bytes`);
    assert.ok(size <= most, `${size} bytes`);
  });
}

test("no handler that keeps a page out of the back/forward cache, nothing that a strict CSP refuses", async () => {
  const dist = new URL("../dist/", import.meta.url);
  for (const file of await readdir(dist)) {
    const code = await readFile(new URL(file, dist), "utf8");
    assert.doesNotMatch(code, /unload|\beval\b|new Function|innerHTML|sendBeacon|document\.cookie/, file);
  }
});

/** What 500 events a second cost: a call of `track` at the 99th percentile, and the longest script of ours, in ms. */
const measure = (page: Page): Promise<{ p99: number; longest: number }> =>
  page.evaluate(async () => {
    type Frame = PerformanceEntry & { scripts: { sourceURL: string; duration: number }[] };
    let longest = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { scripts } of list.getEntries() as Frame[]) {
        for (const { sourceURL, duration } of scripts) {
          if (sourceURL.includes("clickstream")) longest = Math.max(longest, duration);
        }
      }
    });
    observer.observe({ type: "long-animation-frame" });
    const product = {
      id: "101",
      name: "Bàn phím AULA M75 TM",
      category: "keyboard",
      brand: "AULA",
      price: 1_990_000,
    };
    const times: number[] = [];
    for (let n = 0; n < 1_500; n++) {
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      const started = performance.now();
      clickstream.addToCart(product, 1, { n });
      times.push(performance.now() - started);
    }
    observer.disconnect();
    return { p99: times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0, longest };
  });

test("track: p99 below 0.2 ms, and no long task of its own", async (t) => {
  // Alone with itself, a page may read a clock of 5 µs.
  const isolated = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  };
  at.site.pages.set("/", { headers: isolated });
  const page = await open(at);
  assert.ok(await page.evaluate(() => crossOriginIsolated));
  // What else runs on the machine only adds: the best of a few rounds is ours.
  const rounds: { p99: number; longest: number }[] = [];
  const best = (what: "p99" | "longest") => Math.min(...rounds.map((round) => round[what]));
  do rounds.push(await measure(page));
  while (rounds.length < 4 && (best("p99") >= 0.2 || best("longest") >= 50));
  t.diagnostic(
    `p99 ${best("p99").toFixed(3)} ms, longest script ${best("longest")} ms, of ${rounds.length} rounds`,
  );
  assert.ok(best("p99") < 0.2);
  assert.ok(best("longest") < 50);
});
