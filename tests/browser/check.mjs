// Looks at a built site in a real browser: node check.mjs FOLDER [--shots FOLDER]
//
// Every page is validated (html-validate, standard and a11y), judged by axe at three widths in light and dark, and
// watched: no request may leave this machine, no policy be broken, no picture be missing, no page scroll sideways.
import { readFile, readdir, mkdir } from "node:fs/promises";
import { statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";
import { executablePath, flags, serve } from "./serve.mjs";

const folder = resolve(process.argv[2] ?? ".");
const shotsAt = process.argv.indexOf("--shots");
const shots = shotsAt > 0 ? resolve(process.argv[shotsAt + 1]) : null;
const widths = [360, 768, 1280, 1600];
const schemes = ["light", "dark"];
const MOST_OF_A_KIND = 2;
const findings = [];
const find = (page, text) => findings.push(`${page}: ${text}`);

async function pagesBelow(place) {
  const entries = await readdir(place, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".html"));
  const pages = files.map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name))).sort();
  // Of many pages that one template makes, the longest stand for all.
  const length = new Map(pages.map((page) => [page, statSync(join(folder, page)).size]));
  const seen = new Map();
  const longest = pages.toSorted((left, right) => length.get(right) - length.get(left)).filter((page) => {
    const [top, ...below] = page.split("/");
    const family = below.length > 1 ? top : page;
    seen.set(family, (seen.get(family) ?? 0) + 1);
    return seen.get(family) <= MOST_OF_A_KIND;
  });
  return longest.sort();
}

const { base, close } = await serve(folder);

const validator = new HtmlValidate({
  extends: ["html-validate:standard", "html-validate:a11y"],
  rules: {
    // Zola writes its Markdown, and Tera its blocks, with blanks of their own.
    "no-trailing-whitespace": "off",
  },
});
// What is in a closed box is not loaded, and should not be.
const brokenNow = (tab, within) => tab.evaluate((within) => [...document.querySelectorAll(`${within} img`)].filter((image) => image.checkVisibility() && (!image.complete || image.naturalWidth === 0)).map((image) => image.currentSrc || image.src), within);
// A busy machine may need a moment.
async function broken(tab, within = "body") {
  for (let tries = 0; tries < 100 && (await brokenNow(tab, within)).length > 0; tries += 1) await tab.waitForTimeout(100);
  return brokenNow(tab, within);
}

// What is beside the screen in a row or an album is loaded when somebody gets there.
const leafThrough = (tab) => tab.evaluate(async () => {
  const rows = [...document.querySelectorAll(".feedbake-posts, .feedbake-strip")].filter((row) => row.checkVisibility() && row.scrollWidth > row.clientWidth + 1);
  for (const row of rows) {
    row.scrollIntoView({ block: "center" });
    for (let left = 0; left < row.scrollWidth; left += row.clientWidth) {
      row.scrollTo({ left, behavior: "instant" });
      // What came into view is loaded before the next one comes.
      const { left: start, right: end } = row.getBoundingClientRect();
      const isShown = (image) => image.checkVisibility() && image.getBoundingClientRect().right > start && image.getBoundingClientRect().left < end;
      for (let tries = 0; tries < 60; tries += 1) {
        await new Promise((done) => setTimeout(done, 50));
        if ([...row.querySelectorAll("img")].filter(isShown).every((image) => image.complete)) break;
      }
    }
    row.scrollTo({ left: 0, behavior: "instant" });
  }
});
const focused = (tab) => tab.evaluate(() => document.activeElement?.id || document.activeElement?.className || document.activeElement?.tagName);

// What a pointer is meant to reach in an open box, and something else lies over.
const missed = (tab, id) => tab.evaluate((id) => {
  const box = document.getElementById(id);
  const meant = [...box.querySelectorAll(".feedbake-whole, .feedbake-words, .feedbake-about a, .feedbake-box > a:not(.feedbake-aside)")];
  return meant.flatMap((element) => {
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const { left, top, width, height } = element.getClientRects()[0] ?? {};
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return hit && element.contains(hit) ? [] : [`${element.className || element.tagName} reaches ${hit?.className || hit?.tagName}`];
  });
}, id);

// What is loaded of closed boxes, and of albums in their tiles beyond the second picture, while nobody leafs. A file that is
// shown elsewhere on the page is there for all.
const early = (tab) => tab.evaluate(() => {
  const albums = [...document.querySelectorAll(".feedbake-tile .feedbake-strip")].flatMap((strip) => [...strip.querySelectorAll("img")].slice(2));
  const unseen = new Set([...document.querySelectorAll(".feedbake-box img"), ...albums]);
  const shown = new Set([...document.images].filter((image) => !unseen.has(image)).map((image) => image.currentSrc));
  return [...unseen].filter((image) => image.complete && image.naturalWidth > 0 && !shown.has(image.currentSrc)).map((image) => image.currentSrc);
});

// How far the columns of a masonry end from one another, where classes say where its tiles go among so many columns.
const ragged = (tab) => tab.evaluate(() => [...document.querySelectorAll(".feedbake-masonry .feedbake-posts")].flatMap((posts) => {
  const tiles = [...posts.children].map((post) => ({ post, place: post.getBoundingClientRect() }));
  const lefts = [...new Set(tiles.map(({ place }) => Math.round(place.left)))];
  const isPlaced = tiles.every(({ post }) => post.className.includes(`feedbake-${lefts.length}-`));
  const columns = lefts.map((left) => tiles.filter(({ place }) => Math.round(place.left) === left).sort((one, other) => one.place.top - other.place.top));
  const holes = columns.flatMap((column) => column.slice(1).map(({ place }, above) => Math.abs(place.top - column[above].place.bottom)));
  const ends = columns.map((column) => column.at(-1).place.bottom);
  return [Math.max(0, ...holes), isPlaced ? Math.max(...ends) - Math.min(...ends) : 0].filter((gap) => gap > 1);
}));

// By keyboard alone: a tile opens its box, the box is read, left through, and closed, and the tile has the focus again.
async function tryBoxes(tab, name) {
  const ids = await tab.evaluate(() => [...document.querySelectorAll(".feedbake-box")].map((box) => box.id));
  const shown = () => tab.evaluate(() => [...document.querySelectorAll(".feedbake-box")].filter((box) => box.checkVisibility()).map((box) => box.id).join());
  for (const id of ids.slice(0, 3)) {
    await tab.focus(`[id="${id}-tile"]`);
    await tab.keyboard.press("Enter");
    await tab.waitForTimeout(50);
    if ((await shown()) !== id) find(name, `the box ${id} does not open: ${await shown()}`);
    if ((await focused(tab)) !== id) find(name, `the box ${id} does not get the focus, but ${await focused(tab)}`);
    await tab.waitForLoadState("networkidle");
    await leafThrough(tab);
    await tab.waitForLoadState("networkidle");
    for (const image of await broken(tab, `[id="${id}"]`)) find(name, `a picture of the box ${id} is missing: ${image}`);
    const sideways = await tab.evaluate((id) => { const box = document.getElementById(id); return box.scrollWidth - box.clientWidth; }, id);
    if (sideways > 0) find(name, `the box ${id} scrolls sideways by ${sideways} px`);
    const cut = await tab.evaluate((id) => [...document.querySelectorAll(`[id="${id}"] .feedbake-whole`)].filter((whole) => {
      const strip = whole.closest(".feedbake-strip").getBoundingClientRect();
      const picture = whole.getBoundingClientRect();
      const ratio = whole.getAttribute("width") / whole.getAttribute("height");
      return picture.top < strip.top - 1 || picture.bottom > strip.bottom + 1 || Math.abs(picture.width / picture.height / ratio - 1) > 0.02;
    }).length, id);
    if (cut > 0) find(name, `${cut} pictures of the box ${id} are cut off or out of shape`);
    for (const miss of await missed(tab, id)) find(name, `in the box ${id} a click on ${miss}`);
    await tab.evaluate((id) => document.getElementById(id).focus(), id);
    await tab.keyboard.press("Tab");
    if ((await focused(tab)) !== "feedbake-close") find(name, `the first stop in the box ${id} is ${await focused(tab)}`);
    await tab.keyboard.press("Enter");
    await tab.waitForTimeout(50);
    if ((await shown()) !== "") find(name, `the box ${id} does not close`);
    if ((await focused(tab)) !== `${id}-tile`) find(name, `the focus is not back at the tile of ${id}, but at ${await focused(tab)}`);
  }
  if (ids.length > 1) {
    await tab.focus(`[id="${ids[0]}-tile"]`);
    await tab.keyboard.press("Enter");
    const places = () => tab.evaluate(() => ["close", "next"].map((name) => {
      const { left, top } = document.querySelector(`.feedbake-box:target .feedbake-${name}`)?.getBoundingClientRect() ?? {};
      return `${name} ${left} ${top}`;
    }).join());
    const first = await places();
    await tab.click(`[id="${ids[0]}"] .feedbake-next`);
    if ((await shown()) !== ids[1]) find(name, "the next post is not shown");
    if (ids.length > 2 && (await places()) !== first) find(name, `from post to post the buttons move: ${first}, then ${await places()}`);
    await tab.click(`[id="${ids[1]}"] .feedbake-previous`);
    if ((await shown()) !== ids[0]) find(name, "the previous post is not shown");
    // Nothing of the page behind is there for a pointer, an ear or Tab.
    const behind = await tab.evaluate(() => [...document.querySelectorAll("a, button, h1, h2, img")].filter((element) => !element.closest(".feedbake-box") && element.checkVisibility({ visibilityProperty: true })).length);
    if (behind > 0) find(name, `${behind} things behind the box are there`);
    // Beside the post.
    await tab.mouse.click(3, 300);
    if ((await shown()) !== "") find(name, "a click beside the post does not close its box");
  }
  return ids;
}

// The script that adds keys to the boxes, in a page that would do without it.
async function tryScript(browser, page) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
  const tab = await context.newPage();
  await tab.goto(`${base}/${page}`);
  const ids = await tab.evaluate(() => [...document.querySelectorAll(".feedbake-box")].map((box) => box.id));
  const shown = () => tab.evaluate(() => document.querySelector(".feedbake-box:target")?.id ?? "");
  const expect = async (what, id) => {
    await tab.waitForTimeout(50);
    if ((await shown()) !== id) find(page, `with the script: ${what} shows ${(await shown()) || "no box"}`);
  };
  tab.on("pageerror", (error) => find(page, `with the script: ${error}`));
  await tab.addScriptTag({ path: new URL("../../src/site/templates/feedbake.js", import.meta.url).pathname });
  await tab.keyboard.press("Escape");
  await tab.focus(`[id="${ids[0]}-tile"]`);
  const before = await tab.evaluate(() => history.length);
  await tab.keyboard.press("Enter");
  await expect("Enter", ids[0]);
  await tab.keyboard.press("ArrowRight");
  await expect("the right arrow", ids[1]);
  await tab.keyboard.press("ArrowLeft");
  await expect("the left arrow", ids[0]);
  // The page around a document, its head and foot, is a stop, too; the document behind is not.
  for (let stop = 0; stop < 12; stop += 1) {
    const inside = await tab.evaluate(() => document.activeElement === document.body || !!document.activeElement.closest(".feedbake-box"));
    if (!inside) find(page, `with the script: Tab leads out of the box, to ${await focused(tab)}`);
    await tab.keyboard.press("Tab");
  }
  if ((await tab.evaluate(() => history.length)) !== before + 1) find(page, "with the script: turning pages piles up history");
  // A video goes silent with its box.
  await tab.evaluate(() => {
    const box = document.querySelector(".feedbake-box:target");
    const film = box.querySelector("video") ?? box.appendChild(document.createElement("video"));
    film.pause = () => (window.paused = true);
  });
  await tab.keyboard.press("Escape");
  await expect("Escape", "");
  if (!(await tab.evaluate(() => window.paused))) find(page, "with the script: a video plays on in a closed box");
  if ((await focused(tab)) !== `${ids[0]}-tile`) find(page, `with the script: the focus is at ${await focused(tab)}`);

  // An album is left from its last dot, and the page is where it was.
  const album = await tab.evaluate(() => [...document.querySelectorAll(".feedbake-box")].find((box) => box.querySelectorAll(".feedbake-slide").length > 1)?.id);
  if (album) {
    await tab.evaluate((id) => { const { top, height } = document.getElementById(id).getBoundingClientRect(); scrollBy({ top: top + height / 2 - innerHeight / 2, behavior: "instant" }); }, `${album}-tile`);
    const place = await tab.evaluate(() => scrollY);
    await tab.click(`[id="${album}-tile"]`);
    await expect("a click", album);
    for (let stop = 0; stop < 5; stop += 1) await tab.keyboard.press("Tab");
    await tab.keyboard.press("Escape");
    await expect("Escape at a dot", "");
    if ((await focused(tab)) !== `${album}-tile`) find(page, `with the script: from a dot the focus is at ${await focused(tab)}`);
    await tab.waitForFunction((place) => Math.abs(scrollY - place) <= 1, place, { timeout: 2000 }).catch(() => {});
    const moved = (await tab.evaluate(() => scrollY)) - place;
    if (Math.abs(moved) > 1) find(page, `with the script: closing moves the page by ${moved} px`);
  }
  await context.close();
}

const browser = await chromium.launch({ executablePath, args: flags });
const pages = await pagesBelow(folder);
if (pages.length === 0) find(folder, "no page was found");

for (const page of pages) {
  const report = await validator.validateString(await readFile(join(folder, page), "utf8"), page);
  for (const result of report.results) {
    for (const message of result.messages) {
      find(page, `html-validate ${message.ruleId} at ${message.line}:${message.column}: ${message.message}`);
    }
  }
}

const withBoxes = async (page) => (await readFile(join(folder, page), "utf8")).includes("feedbake-box");
if (pages.includes("index.html") && (await withBoxes("index.html"))) await tryScript(browser, "index.html");

const looks = schemes.flatMap((scheme) => [320, ...widths].map((width) => async () => {
  // Only axe, and it alone, needs a page on which its script may run.
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, deviceScaleFactor: 2, bypassCSP: false });
  for (const page of pages) {
    const name = `${page} at ${width}, ${scheme}`;
    const tab = await context.newPage();
    tab.on("console", (message) => message.type() === "error" && find(name, `console: ${message.text()}`));
    tab.on("request", (request) => request.url().startsWith(base) || request.url().startsWith("data:") || find(name, `a request to ${new URL(request.url()).host}`));
    tab.on("response", (response) => response.status() >= 400 && find(name, `${response.status()} for ${new URL(response.url()).pathname}`));
    await tab.goto(`${base}/${page.replace(/index\.html$/, "")}`, { waitUntil: "load" });
    const height = await tab.evaluate(() => document.documentElement.scrollHeight);
    for (let top = 0; top < height; top += 600) {
      await tab.mouse.wheel(0, 600);
      await tab.waitForTimeout(40);
    }
    for (const image of await early(tab)) find(name, `a picture comes before anybody looks at it: ${image}`);
    await leafThrough(tab);
    await tab.waitForLoadState("networkidle");
    for (const image of await broken(tab)) find(name, `a picture is missing: ${image}`);
    const sideways = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) find(name, `scrolls sideways by ${sideways} px`);
    for (const gap of await ragged(tab)) find(name, `a masonry has a hole or a ragged end of ${gap} px`);
    if (scheme === "light" && [320, 1280].includes(width)) await tryBoxes(tab, name);
    if (shots && width !== 320) {
      await mkdir(shots, { recursive: true });
      await tab.evaluate(() => window.scrollTo(0, 0));
      const label = page.replace(/\/?index\.html$/, "").replaceAll("/", "-") || "home";
      await tab.screenshot({ path: join(shots, `screenshot-${label}-${width}-${scheme}.png`), fullPage: width !== 1280 });
    }
    await tab.close();
  }
  await context.close();
  if (width === 320) return;
  const judged = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, bypassCSP: true });
  for (const page of pages) {
    const tab = await judged.newPage();
    await tab.goto(`${base}/${page.replace(/index\.html$/, "")}`);
    const judge = async (where) => {
      const { violations } = await new AxeBuilder({ page: tab }).analyze();
      for (const violation of violations) {
        find(`${page} at ${width}, ${scheme}${where}`, `axe ${violation.id}: ${violation.help} (${violation.nodes.length}, first: ${violation.nodes[0].html.slice(0, 120)})`);
      }
    };
    await judge("");
    const box = await tab.evaluate(() => document.querySelector(".feedbake-box")?.id);
    if (box) {
      await tab.goto(`${tab.url().split("#")[0]}#${box}`);
      await judge(", box open");
    }
    await tab.close();
  }
  await judged.close();
}));
// Most of the time goes into waiting for pictures.
await Promise.all([0, 1, 2].map(async () => {
  for (let look = looks.shift(); look; look = looks.shift()) await look();
}));

// A theme that has a say in everything, as themes have in what people write, and does not in a feed.
const loud = `main ul, main ol { padding-left: 3em; list-style: square } main li { margin: 1em } main img, main video { max-width: 60%; height: auto; border: 4px solid red; border-radius: 50%; margin: 2em auto; box-shadow: 0 0 9px red }
main figure { margin: 2em; padding: 1em; border: 1px solid red } main figcaption { text-align: center; font-style: italic; background: red } main svg { width: 24px; height: 24px; display: inline } main picture { display: block; margin: 1em }
main a { border-bottom: 3px solid red; padding: 1em } main p { text-indent: 2em; margin: 2em } main { transform: translateZ(0) } header { position: relative; z-index: 99999 }`;
for (const width of [390, 1280]) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true });
  for (const page of pages.filter((page) => /^(index|layouts\/index)\.html$/.test(page))) {
    const shapes = async (theme) => {
      const tab = await context.newPage();
      await tab.goto(`${base}/${page}`, { waitUntil: "load" });
      if (theme) await tab.addStyleTag({ content: theme });
      const look = await tab.evaluate(() => [...document.querySelectorAll(".feedbake")].flatMap((feed) => {
        const { left } = feed.getBoundingClientRect();
        return [...feed.querySelectorAll(".feedbake-tile, .feedbake-image, .feedbake-color, .feedbake-mark")].map((part) => {
          const place = part.getBoundingClientRect();
          // How high a tile is, is a matter of its words in a list.
          const height = part.matches(".feedbake-tile") ? "" : Math.round(place.height);
          return `${part.getAttribute("class")} ${Math.round(place.left - left)} ${Math.round(place.width)} ${height}`;
        });
      }));
      if (theme) await tryBoxes(tab, `${page} at ${width} in a loud theme`);
      const box = await tab.evaluate(() => { location.hash = document.querySelector(".feedbake-box")?.id ?? ""; const place = document.querySelector(".feedbake-box:target")?.getBoundingClientRect(); return place ? `${place.left} ${place.top} ${place.width} ${place.height}` : ""; });
      await tab.close();
      return { look, box };
    };
    const [plain, themed] = [await shapes(""), await shapes(loud)];
    const other = plain.look.filter((part, number) => part !== themed.look[number]);
    if (other.length > 0) find(`${page} at ${width} in a loud theme`, `${other.length} of ${plain.look.length} parts are elsewhere, first: ${other[0]}, and ${themed.look[plain.look.indexOf(other[0])]}`);
    if (plain.box !== themed.box) find(`${page} at ${width} in a loud theme`, `the box is at ${themed.box} and not at ${plain.box}`);
  }
  await context.close();
}

// Sites whose root has small letters, so that rem is handy to them, have them in their usual size in the page.
{
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: true });
  for (const page of pages.filter((page) => /^(index|layouts\/index)\.html$/.test(page))) {
    const sizes = async (theme) => {
      const tab = await context.newPage();
      await tab.goto(`${base}/${page}`, { waitUntil: "load" });
      await tab.addStyleTag({ content: `body { font-size: 17px !important } ${theme}` });
      const look = await tab.evaluate(() => [...document.querySelectorAll(".feedbake *")].map((part) => `${part.getAttribute("class") ?? part.tagName} ${getComputedStyle(part).fontSize}`));
      await tab.close();
      return look;
    };
    const [usual, small] = [await sizes(""), await sizes("html { font-size: 62.5% }")];
    const other = usual.filter((part, number) => part !== small[number]);
    if (other.length > 0) find(`${page} with small letters at its root`, `${other.length} sizes differ, first: ${other[0]}, and ${small[usual.indexOf(other[0])]}`);
  }
  await context.close();
}

// As some people need it: colours of their own, nothing that moves, letters twice as large on a small screen.
const needs = { "forced colours": { forcedColors: "active" }, "reduced motion": { reducedMotion: "reduce" }, "twice as large": { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } };
for (const [need, options] of Object.entries(needs)) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: true, ...options });
  for (const page of pages.filter((page) => /^(index|layouts\/index)\.html$/.test(page))) {
    const name = `${page} with ${need}`;
    const tab = await context.newPage();
    await tab.goto(`${base}/${page}`, { waitUntil: "load" });
    const { violations } = await new AxeBuilder({ page: tab }).analyze();
    for (const violation of violations) find(name, `axe ${violation.id}: ${violation.help}`);
    const sideways = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) find(name, `scrolls sideways by ${sideways} px`);
    await tryBoxes(tab, name);
    if (need === "reduced motion") {
      await tab.hover(".feedbake-tile");
      const moving = await tab.evaluate(() => document.getAnimations().filter(({ timeline }) => timeline === document.timeline).length);
      if (moving > 0) find(name, `${moving} things move`);
    }
    await tab.close();
  }
  await context.close();
}
await browser.close();
close();
for (const finding of findings) console.error(finding);
console.log(`${pages.length} pages looked at, ${findings.length} findings`);
process.exit(findings.length > 0 ? 1 : 0);
