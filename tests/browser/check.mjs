// Looks at a built site in a real browser: node check.mjs FOLDER [--shots FOLDER]
//
// Every page is validated (html-validate, standard and a11y), judged by axe at three widths in light and dark, and
// watched: no request may leave this machine, no policy be broken, no picture be missing, no page scroll sideways.
import { createServer } from "node:http";
import { readFile, readdir, mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { extname, join, relative, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

const folder = resolve(process.argv[2] ?? ".");
const shotsAt = process.argv.indexOf("--shots");
const shots = shotsAt > 0 ? resolve(process.argv[shotsAt + 1]) : null;
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const widths = [360, 768, 1280];
const schemes = ["light", "dark"];
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".webp": "image/webp", ".jpg": "image/jpeg", ".xml": "text/xml", ".svg": "image/svg+xml" };
const findings = [];
const find = (page, text) => findings.push(`${page}: ${text}`);

async function pagesBelow(place) {
  const entries = await readdir(place, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".html"));
  return files.map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name))).sort();
}

const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
  if (path === "/favicon.ico") {
    response.writeHead(204).end();
    return;
  }
  let file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
  if (!file.startsWith(folder) || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  let body = await readFile(file);
  if (extname(file) === ".html" || extname(file) === ".css") {
    // The site was built for its real address; here it lives on another.
    body = body.toString().replaceAll("https://example.org/", "/").replaceAll('"https://example.org"', '"/"');
  }
  response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" }).end(body);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const base = `http://127.0.0.1:${server.address().port}`;

const validator = new HtmlValidate({
  extends: ["html-validate:standard", "html-validate:a11y"],
  rules: {
    // Zola writes its Markdown, and Tera its blocks, with blanks of their own.
    "no-trailing-whitespace": "off",
  },
});
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
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

for (const scheme of schemes) {
  for (const width of [320, ...widths]) {
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
      await tab.waitForLoadState("networkidle");
      const broken = await tab.evaluate(() => [...document.images].filter((image) => !image.complete || image.naturalWidth === 0).map((image) => image.currentSrc || image.src));
      for (const image of broken) find(name, `a picture is missing: ${image}`);
      const sideways = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (sideways > 0) find(name, `scrolls sideways by ${sideways} px`);
      if (shots && width !== 320) {
        await mkdir(shots, { recursive: true });
        await tab.evaluate(() => window.scrollTo(0, 0));
        const label = page.replace(/\/?index\.html$/, "").replaceAll("/", "-") || "home";
        await tab.screenshot({ path: join(shots, `screenshot-${label}-${width}-${scheme}.png`), fullPage: width !== 1280 });
      }
      await tab.close();
    }
    await context.close();
    if (width === 320) continue;
    const judged = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, bypassCSP: true });
    for (const page of pages) {
      const tab = await judged.newPage();
      await tab.goto(`${base}/${page.replace(/index\.html$/, "")}`);
      const { violations } = await new AxeBuilder({ page: tab }).analyze();
      for (const violation of violations) {
        find(`${page} at ${width}, ${scheme}`, `axe ${violation.id}: ${violation.help} (${violation.nodes.length}, first: ${violation.nodes[0].html.slice(0, 120)})`);
      }
      await tab.close();
    }
    await judged.close();
  }
}
await browser.close();
server.close();
for (const finding of findings) console.error(finding);
console.log(`${pages.length} pages looked at, ${findings.length} findings`);
process.exit(findings.length > 0 ? 1 : 0);
