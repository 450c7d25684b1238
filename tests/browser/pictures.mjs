// Makes the pictures of the documentation: node pictures.mjs PUBLIC_FOLDER DOCS_FOLDER
//
// The example site with the demo in it, as it is built: the front page, every layout and a box, the archive and one page
// of it.
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { executablePath, flags, serve } from "./serve.mjs";

const [folder, docs] = process.argv.slice(2).map((path) => resolve(path));
const { base, close } = await serve(folder);
const browser = await chromium.launch({ executablePath, args: flags });

// Everything that is on the screen is there, also what is loaded late.
async function settled(tab) {
  await tab.evaluate(async () => {
    for (const image of document.images) image.loading = "eager";
    await Promise.all([...document.images].filter((image) => image.checkVisibility()).map((image) => image.decode().catch(() => {})));
  });
  await tab.waitForTimeout(300);
}

async function open(path, { width, height, scheme = "light" }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  const tab = await context.newPage();
  await tab.goto(`${base}${path}`, { waitUntil: "load" });
  await settled(tab);
  return tab;
}

// With the `top` at the upper edge, where one is named by a selector.
async function shot(path, look, top) {
  const tab = await open(path, look);
  if (top) await tab.evaluate((top) => scrollTo(0, document.querySelector(top).getBoundingClientRect().top + scrollY - 16), top);
  const png = await tab.screenshot();
  await tab.context().close();
  return `data:image/png;base64,${png.toString("base64")}`;
}

// What a question to the page finds.
async function found(path, question) {
  const tab = await open(path, { width: 900, height: 900 });
  const answer = await tab.evaluate(question);
  await tab.context().close();
  return answer;
}

// Puts shots beside each other and writes them as one WebP.
async function sheet(name, columns, width, gap, shots) {
  const context = await browser.newContext({ viewport: { width, height: 100 } });
  const tab = await context.newPage();
  const images = shots.map((source) => `<img src="${source}">`).join("");
  await tab.setContent(`<style>body{margin:0;display:grid;grid-template-columns:${columns};gap:${gap}px;background:#c9c6bf}img{display:block;width:100%}</style>${images}`);
  await settled(tab);
  const height = await tab.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height));
  const session = await context.newCDPSession(tab);
  const clip = { x: 0, y: 0, width, height, scale: 1 };
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 82, clip, captureBeyondViewport: true });
  await writeFile(join(docs, name), Buffer.from(data, "base64"));
  await context.close();
}

const tile = { width: 860, height: 640 };
const layouts = [];
for (const layout of ["grid", "masonry", "carousel", "highlight", "list"]) layouts.push(await shot("/layouts/", tile, `.feedbake-${layout} .feedbake-frame`));
const album = await found("/", () => [...document.querySelectorAll(".feedbake-box")].find((box) => box.querySelectorAll(".feedbake-slide").length > 1).id);
layouts.push(await shot(`/#${album}`, tile));
await sheet("layouts.webp", "1fr 1fr 1fr", 1600, 10, layouts);

await sheet("screenshot.webp", "1fr", 1280, 0, [await shot("/", { width: 1280, height: 900 })]);

const post = await found("/instagram/", () => new URL([...document.querySelectorAll(".feedbake-post a")][2].href).pathname);
await sheet("archive.webp", "4fr 3fr", 1600, 10, [await shot("/instagram/", { width: 960, height: 900 }), await shot(post, { width: 720, height: 900, scheme: "dark" })]);

await browser.close();
close();
