// Draws assets/share/*.png, what a link to a product shows where it is shared: each drawing of
// public/drawings.svg on its category's colour, 1200 × 630. Run again when a drawing changes.
import { mkdir, readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

const CATEGORIES = {
  laptop: ["laptop"],
  monitor: ["monitor", "monitor-gaming"],
  keyboard: ["keyboard", "keyboard-knob", "keyboard-compact"],
  mouse: ["mouse", "mouse-wireless", "mousepad"],
  headphone: ["headphone", "headphone-wireless", "earphone"],
};

const drawings = await readFile("public/drawings.svg", "utf8");
const colours = await readFile("src/app/globals.css", "utf8");
const names = [...drawings.matchAll(/<symbol id="([^"]+)"/g)].map(([, name]) => name);
const categoryOf = (name) =>
  Object.keys(CATEGORIES).find((category) => CATEGORIES[category].includes(name)) ?? "accessory";

await mkdir("assets/share", { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage({ viewport: { width: 1200, height: 630 }, colorScheme: "light" });
for (const [index, name] of names.entries()) {
  await page.setContent(`<style>${colours}</style>
    <style>body { margin: 0; height: 630px; display: grid; place-items: center } svg.picture { height: 540px }</style>
    <div hidden>${drawings}</div>
    <body class="tint-${categoryOf(name)}"><svg class="picture tone-${index % 5}" viewBox="0 0 240 180"><use href="#${name}"/></svg>`);
  await page.screenshot({ path: `assets/share/${name}.png` });
}
await browser.close();
