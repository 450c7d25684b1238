// Measures a built site in a real browser: node measure.mjs FOLDER
//
// The home page on a phone, as a host would serve it: what Lighthouse says of it, and what its pictures weigh, in the box
// and out of it. Prints a table. Whatever does not depend on the machine's speed is a bound, and ends with 1 if broken.
import { resolve } from "node:path";
import lighthouse from "lighthouse";
import { launch } from "chrome-launcher";
import { chromium } from "playwright-core";
import { executablePath, flags, serve } from "./serve.mjs";

const folder = resolve(process.argv[2] ?? ".");
const { base, sent, close } = await serve(folder);
const home = `${base}/`;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const rows = [];
const row = (what, value, bound, isWell) => rows.push({ what, value, bound, isWell });

// What a phone loads, by what left this server.
const browser = await chromium.launch({ executablePath, args: flags });
const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
const tab = await phone.newPage();
await tab.addInitScript(() => {
  window.shifts = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifts += entry.value))).observe({ type: "layout-shift", buffered: true });
});
await tab.goto(home, { waitUntil: "load" });
const height = await tab.evaluate(() => document.documentElement.scrollHeight);
for (let top = 0; top < height; top += 400) {
  await tab.evaluate((top) => window.scrollTo(0, top), top);
  await tab.waitForTimeout(60);
}
await tab.waitForLoadState("networkidle");
const pictures = () => [...sent].filter(([path]) => /\.(webp|avif|jpg)$/.test(path));
const weight = (all) => all.reduce((sum, [, bytes]) => sum + bytes, 0);
const tiles = await tab.evaluate(() => document.querySelectorAll(".feedbake-post").length);
const tilesWeigh = weight(pictures());
const others = [...sent].filter(([path]) => !/\.(webp|avif|jpg)$/.test(path));
row(`${tiles} tiles at 390 px, 2 dots each`, kilobytes(tilesWeigh), "< 350 kB", tilesWeigh < 350_000);
row("pictures loaded before anything is opened", String(pictures().length), `${tiles}`, pictures().length === tiles);
row("page, styles and icon, packed", kilobytes(weight(others)), "< 20 kB", weight(others) < 20_000);
const shifts = await tab.evaluate(() => window.shifts);
row("layout shift while scrolling through", shifts.toFixed(3), "0", shifts === 0);
const scripts = await tab.evaluate(() => document.scripts.length);
row("scripts", String(scripts), "0", scripts === 0);
const before = weight(pictures());
const box = await tab.evaluate(() => document.querySelector(".feedbake-box")?.id);
if (box) {
  await tab.tap(`[id="${box}-tile"]`);
  await tab.waitForFunction(() => [...document.querySelectorAll(".feedbake-box:target img")].some((image) => image.complete && image.naturalWidth > 0));
  await tab.waitForLoadState("networkidle");
  row("opening a box loads", kilobytes(weight(pictures()) - before), "> 0", weight(pictures()) > before);
}
await browser.close();

const chrome = await launch({ chromePath: executablePath, chromeFlags: ["--headless=new", ...flags] });
const { lhr } = await lighthouse(home, { port: chrome.port, onlyCategories: ["performance", "accessibility", "best-practices"] });
chrome.kill();
const score = (category) => Math.round(lhr.categories[category].score * 100);
// By the clock of this machine, so it is shown and bounds nothing.
row("Lighthouse (phone): performance", String(score("performance")), "98, shown alone", true);
row("Lighthouse (phone): accessibility", String(score("accessibility")), "100", score("accessibility") === 100);
row("Lighthouse (phone): best practices", String(score("best-practices")), "100", score("best-practices") === 100);
row("Lighthouse (phone): cumulative layout shift", lhr.audits["cumulative-layout-shift"].displayValue, "0", lhr.audits["cumulative-layout-shift"].numericValue === 0);
row("Lighthouse (phone): largest paint", lhr.audits["largest-contentful-paint"].displayValue, "", true);
close();

const wide = (key) => Math.max(...rows.map((row) => row[key].length));
for (const { what, value, bound, isWell } of rows) {
  console.log(`${isWell ? "ok  " : "BAD "}  ${what.padEnd(wide("what"))}  ${value.padStart(wide("value"))}  ${bound}`);
}
for (const category of ["accessibility", "best-practices"]) {
  for (const { id } of lhr.categories[category].auditRefs) {
    const audit = lhr.audits[id];
    if (audit.score !== null && audit.score < 1) console.log(`      ${category}: ${audit.title} ${JSON.stringify(audit.details?.items?.[0] ?? "").slice(0, 300)}`);
  }
}
process.exit(rows.some((row) => !row.isWell) ? 1 : 0);
