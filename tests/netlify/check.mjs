// Builds sites with the real Netlify build and the plugin, offline: node tests/netlify/check.mjs PROGRAM
//
// The plugin is installed from the tarball that would be published. Instagram is feedbake's own emulator; Netlify's cache
// is the folder that its local build keeps one in. Each site is a folder with a small build command of its own, and the
// example site, where FEEDBAKE_TEST_ZOLA names a Zola.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const top = resolve(here, "../..");
const program = resolve(process.argv[2] ?? "");
if (!process.argv[2] || !existsSync(program)) {
  console.error("usage: node tests/netlify/check.mjs PROGRAM");
  process.exit(2);
}
const netlify = join(here, "node_modules/@netlify/build/bin.js");
const scratch = mkdtempSync(join(tmpdir(), "feedbake-netlify-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: "utf8", ...options });
  assert.equal(done.status, 0, `${command} ${args.join(" ")}: ${done.stderr ?? done.error}`);
  return done.stdout;
}

// The plugin as it would be published.
const tarball = run(process.execPath, [join(top, "npm/pack.mjs"), "--out", join(scratch, "packages")]).trim().split("\n").at(-1);

async function emulate(...flags) {
  const child = spawn(program, ["emulate", "--json", ...flags], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  const answer = await new Promise((done, failed) => {
    child.on("exit", () => failed(new Error(`the emulator ended: ${text}`)));
    child.stdout.on("data", (data) => {
      text += data;
      try { done(JSON.parse(text)); } catch { /* not all of it yet */ }
    });
  });
  return { ...answer, stop: () => child.kill() };
}

/** What stands for a generator: publishes `static` and a page that says how many posts there are. */
const builder = `import { cpSync, mkdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
mkdirSync("public", { recursive: true });
if (existsSync("static")) cpSync("static", "public", { recursive: true });
const { posts } = JSON.parse(readFileSync("data/instagram.json", "utf8"));
writeFileSync("public/index.html", posts.length + " posts " + posts.map((post) => post.image.src).join(" "));
`;

/** A checkout. `plugin` is what netlify.toml says below the plugin's name. */
function checkout(plugin = "", build = 'command = "node build.mjs"\npublish = "public"') {
  const site = mkdtempSync(join(scratch, "site-"));
  writeFileSync(join(site, "config.toml"), 'base_url = "https://example.org"\n');
  writeFileSync(join(site, "build.mjs"), builder);
  writeFileSync(join(site, "netlify.toml"), `[build]\n${build}\n[[plugins]]\npackage = "netlify-plugin-feedbake"\n[plugins.inputs]\nbinary = "${program}"\n${plugin}`);
  const place = join(site, "node_modules/netlify-plugin-feedbake");
  mkdirSync(place, { recursive: true });
  run("tar", ["-xzf", tarball, "--strip-components=1", "-C", place]);
  writeFileSync(join(site, "package.json"), '{ "private": true, "devDependencies": { "netlify-plugin-feedbake": "*" } }\n');
  return site;
}

/** One build. `variables` are those of the site; those that Netlify sets itself are the process's, as there: set in the
 * site, they would be dropped. */
function build(site, { variables = {}, context = "production", secret = [] } = {}) {
  const environment = {
    FEEDBAKE_API_BASE: "http://127.0.0.1:9", FEEDBAKE_API_RETRY_PAUSE: "1ms", FEEDBAKE_PICTURES_WIDTHS: "64", ...variables,
  };
  const flags = ["--offline", "--cwd", site, "--context", context, "--telemetry", "false",
    "--defaultConfig", JSON.stringify({ build: { environment } })];
  if (secret.length > 0) flags.push("--explicitSecretKeys", secret.join(","), "--enhancedSecretScan");
  const done = spawnSync(process.execPath, [netlify, ...flags], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: scratch, NO_COLOR: "1", CI: "true", NETLIFY: "true", CONTEXT: context },
  });
  return { code: done.status, said: done.stdout + done.stderr };
}

const files = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
const page = (site) => readFileSync(join(site, "public/index.html"), "utf8");
const data = (site) => readFileSync(join(site, "data/instagram.json"), "utf8");

/** Every picture that the page names is published, and the token is neither there nor in the log. */
function isWhole(site, said, token) {
  for (const name of page(site).split(" ").filter((word) => word.startsWith("feedbake/"))) {
    assert.ok(existsSync(join(site, "public", name)), `${name} is not published`);
  }
  assert.ok(!said.includes(token), "the log holds the token");
  for (const file of files(site).filter((file) => !file.includes("node_modules"))) {
    assert.ok(!readFileSync(file).includes(token), `${file} holds the token`);
  }
}

let failures = 0;
async function check(what, body) {
  try {
    await body();
    console.log(`ok    ${what}`);
  } catch (error) {
    failures += 1;
    console.log(`FAILS ${what}\n${String(error.stack).replaceAll(/^/gm, "      ")}`);
  }
}

const api = await emulate();
const dead = await emulate("--fault", "token-expired");
const { token } = api;
const live = { FEEDBAKE_API_BASE: api.base, INSTAGRAM_ACCESS_TOKEN: token };
const refused = { FEEDBAKE_API_BASE: dead.base, INSTAGRAM_ACCESS_TOKEN: token };
/** What a clean checkout of the same site gets from Netlify's cache. */
const keepCache = (from, to) => cpSync(join(from, ".netlify/cache"), join(to, ".netlify/cache"), { recursive: true });
const committed = ["data", "static", "templates", ".feedbake/manifest.json", ".feedbake/token-status.json"];

const first = checkout();
await check("production with a token: baked, built, and the page of the deploy says so", () => {
  const { code, said } = build(first, { variables: live });
  assert.equal(code, 0, said);
  assert.match(page(first), /^12 posts/);
  assert.match(said, /12 posts, changed/);
  isWhole(first, said, token);
  const cached = files(join(first, ".netlify/cache")).map((file) => file.slice(join(first, ".netlify/cache").length));
  assert.ok(cached.some((file) => file.includes(".feedbake/cache/")), String(cached));
  assert.ok(cached.every((file) => !file.includes("/data/") && !file.includes("/static/")), String(cached));
});

await check("a second build from a clean checkout: the pictures come from the cache", () => {
  const site = checkout();
  keepCache(first, site);
  const { code, said } = build(site, { variables: live });
  assert.equal(code, 0, said);
  assert.match(said, /15 pictures: 0 made, 15 reused/);
  assert.match(page(site), /^12 posts/);
});

await check("the API is down: a clean checkout shows the feed of the cache, and the deploy says so", () => {
  const site = checkout();
  keepCache(first, site);
  const { code, said } = build(site, { variables: { INSTAGRAM_ACCESS_TOKEN: token } });
  assert.equal(code, 0, said);
  assert.match(page(site), /^12 posts/);
  assert.match(said, /12 posts, not refreshed/);
  isWhole(site, said, token);
});

await check("a deploy preview without a token: what was committed, else the cache, else nothing, and always green", () => {
  const empty = checkout();
  const nothing = build(empty, { context: "deploy-preview" });
  assert.equal(nothing.code, 0, nothing.said);
  assert.match(page(empty), /^0 posts/);
  assert.match(nothing.said, /0 posts, without a token\s+instagram: empty, as a preview has no token/);
  const cached = checkout();
  keepCache(first, cached);
  const kept = build(cached, { context: "deploy-preview" });
  assert.deepEqual([kept.code, page(cached).slice(0, 8)], [0, "12 posts"], kept.said);
  const site = checkout();
  for (const name of committed) cpSync(join(first, name), join(site, name), { recursive: true });
  const before = data(site);
  const preview = build(site, { context: "deploy-preview" });
  assert.deepEqual([preview.code, data(site) === before], [0, true], preview.said);
  isWhole(site, preview.said, token);
  for (const { said } of [kept, preview]) assert.match(said, /12 posts, without a token\s+instagram: the 12 posts of before, as a preview has no token/);
  for (const { said } of [nothing, kept, preview]) {
    // The program knows it as well.
    assert.match(said, /no token, as a proposal has none by right/);
    assert.ok(!/^warning: |could not be refreshed/m.test(said), said);
  }
  // In production the same is news.
  const forgotten = checkout();
  for (const name of committed) cpSync(join(first, name), join(forgotten, name), { recursive: true });
  const missing = build(forgotten);
  assert.equal(missing.code, 0, missing.said);
  assert.match(missing.said, /warning: the feed instagram was not refreshed/);
  assert.match(missing.said, /12 posts, not refreshed\s+instagram: the 12 posts of before, for it could not be refreshed: no access token/);
});

await check("a dead token: the committed feed stays byte for byte, and the deploy goes on", () => {
  const site = checkout();
  for (const name of committed) cpSync(join(first, name), join(site, name), { recursive: true });
  const before = files(join(site, "static")).map((file) => readFileSync(file, "hex")).join() + data(site);
  const { code, said } = build(site, { variables: refused });
  assert.equal(code, 0, said);
  assert.equal(files(join(site, "static")).map((file) => readFileSync(file, "hex")).join() + data(site), before);
  assert.match(said, /warning: the feed instagram was not refreshed/);
  assert.match(said, /12 posts, not refreshed/);
  isWhole(site, said, token);
});

await check("a dead token and nothing to keep: the build fails, and says what to do", () => {
  const site = checkout();
  const { code, said } = build(site, { variables: refused });
  assert.equal(code, 2, said);
  assert.match(said, /the feed instagram is empty: there is no earlier one to keep/);
  assert.match(said, /hint: .*feedbake login/);
});

await check("strict fails a deploy that would have kept its feed", () => {
  const site = checkout("strict = true\n");
  for (const name of committed) cpSync(join(first, name), join(site, name), { recursive: true });
  const { code, said } = build(site, { variables: refused });
  assert.equal(code, 2, said);
});

await check("strict may be a text that says true or false, and is nothing else; site and binary are texts", () => {
  const lenient = checkout('strict = "false"\n');
  for (const name of committed) cpSync(join(first, name), join(lenient, name), { recursive: true });
  const kept = build(lenient, { variables: refused });
  assert.equal(kept.code, 0, kept.said);
  const strict = checkout('strict = "true"\n');
  for (const name of committed) cpSync(join(first, name), join(strict, name), { recursive: true });
  assert.equal(build(strict, { variables: refused }).code, 2);
  for (const [input, said] of [
    ['strict = "no"', /the input strict of netlify-plugin-feedbake is "no"; true or false was expected/],
    ["strict = 1", /the input strict of netlify-plugin-feedbake is 1; true or false was expected/],
    ["site = 3", /the input site of netlify-plugin-feedbake is 3; a text was expected/],
  ]) {
    const site = checkout(`${input}\n`);
    const ran = build(site, { variables: live });
    assert.equal(ran.code, 2, ran.said);
    assert.match(ran.said, said);
    assert.ok(!/TypeError/.test(ran.said), ran.said);
    assert.ok(!existsSync(join(site, "data")));
  }
});

await check("a damaged cache ends no deploy, and the next build has a good one", () => {
  const damaged = (site, which) => {
    keepCache(first, site);
    for (const file of files(join(site, ".netlify/cache")).filter(which)) writeFileSync(file, "junk");
    return site;
  };
  const notes = damaged(checkout(), (file) => file.endsWith(".netlify.cache.json"));
  const baked = build(notes, { variables: live });
  assert.equal(baked.code, 0, baked.said);
  assert.match(baked.said, /warning: \.feedbake\/\S+ could not be brought back; the build goes on without its cache/);
  assert.match(page(notes), /^12 posts/);
  const next = checkout();
  keepCache(notes, next);
  assert.match(build(next, { variables: live }).said, /15 pictures: 0 made, 15 reused/);
  const all = damaged(checkout(), () => true);
  const again = build(all, { variables: live });
  assert.equal(again.code, 0, again.said);
  assert.match(page(all), /^12 posts/);
  // A place that cannot be written to, at the end of the build.
  const blocked = checkout();
  mkdirSync(join(blocked, ".netlify"));
  writeFileSync(join(blocked, ".netlify/cache"), "a file");
  const unsaved = build(blocked, { variables: live });
  assert.equal(unsaved.code, 0, unsaved.said);
  assert.match(unsaved.said, /could not be kept/);
});

await check("a committed bake is newer than the cache, and stays so", () => {
  const site = checkout();
  keepCache(first, site);
  // The account had five posts to show when somebody baked and committed, after the cache was kept.
  run(program, ["bake", "--limit", "5", "--site", site], { env: { PATH: process.env.PATH, FEEDBAKE_PICTURES_WIDTHS: "64", ...live } });
  rmSync(join(site, ".feedbake/cache"), { recursive: true });
  const manifest = readFileSync(join(site, ".feedbake/manifest.json"), "utf8");
  const before = data(site);
  const { code, said } = build(site, { context: "deploy-preview", variables: { FEEDBAKE_LIMIT: "5" } });
  assert.equal(code, 0, said);
  assert.equal(data(site), before);
  assert.match(page(site), /^5 posts/);
  assert.equal(JSON.parse(readFileSync(join(site, ".feedbake/manifest.json"), "utf8")).feeds.instagram.posts, JSON.parse(manifest).feeds.instagram.posts);
});

await check("a build command that fails loses no picture", () => {
  const site = checkout("", 'command = "false"\npublish = "public"');
  assert.equal(build(site, { variables: live }).code, 2);
  assert.ok(files(join(site, ".netlify/cache")).some((file) => file.includes(".feedbake/cache/objects")));
});

await check("a setting that cannot be used fails the build with its line", () => {
  const site = checkout();
  writeFileSync(join(site, "feedbake.toml"), 'limti = 3\n');
  const { code, said } = build(site, { variables: live });
  assert.equal(code, 2, said);
  assert.match(said, /feedbake\.toml.*line 1|did you mean `limit`/s);
});

await check("an input that the plugin does not know fails before anything runs", () => {
  const site = checkout('color = "red"\n');
  const { code, said } = build(site, { variables: live });
  assert.equal(code, 2, said);
  assert.match(said, /color/);
  assert.ok(!existsSync(join(site, "data")));
});

await check("a program that does not start: a site with a feed is deployed with it, one without is not", () => {
  const broken = (site) => {
    const file = join(site, "netlify.toml");
    writeFileSync(file, readFileSync(file, "utf8").replace(`binary = "${program}"`, 'binary = "/nowhere/feedbake"'));
  };
  const site = checkout();
  for (const name of committed) cpSync(join(first, name), join(site, name), { recursive: true });
  broken(site);
  const kept = build(site, { variables: live });
  assert.equal(kept.code, 0, kept.said);
  assert.match(kept.said, /feedbake did not start/);
  assert.match(page(site), /^12 posts/);
  const empty = checkout();
  broken(empty);
  assert.equal(build(empty, { variables: live }).code, 2);
});

await check("without an input `binary` it is the package feedbake that runs", () => {
  const site = checkout();
  const file = join(site, "netlify.toml");
  writeFileSync(file, readFileSync(file, "utf8").replace(`binary = "${program}"`, ""));
  const missing = build(site, { variables: live });
  assert.equal(missing.code, 2, missing.said);
  assert.match(missing.said, /feedbake is not installed/);
  const place = join(site, "node_modules/feedbake");
  mkdirSync(join(place, "bin"), { recursive: true });
  writeFileSync(join(place, "package.json"), '{ "name": "feedbake", "version": "0.1.0", "bin": { "feedbake": "bin/feedbake.js" } }');
  writeFileSync(join(place, "bin/feedbake.js"), `process.exit(require("node:child_process").spawnSync(${JSON.stringify(program)}, process.argv.slice(2), { stdio: "inherit" }).status);`);
  const found = build(site, { variables: live });
  assert.equal(found.code, 0, found.said);
});

await check("a site in a folder whose name begins with a dash", () => {
  const site = checkout('site = "-web"\n', 'command = "cd ./-web && node ../build.mjs"\npublish = "-web/public"');
  mkdirSync(join(site, "-web"));
  writeFileSync(join(site, "-web/config.toml"), 'base_url = "https://example.org"\n');
  const { code, said } = build(site, { variables: live });
  assert.equal(code, 0, said);
  assert.match(page(join(site, "-web")), /^12 posts/);
});

await check("a site in a folder", () => {
  const site = checkout('site = "web"\n', 'command = "cd web && node ../build.mjs"\npublish = "web/public"');
  mkdirSync(join(site, "web"));
  writeFileSync(join(site, "web/config.toml"), 'base_url = "https://example.org"\n');
  rmSync(join(site, "config.toml"));
  const { code, said } = build(site, { variables: live });
  assert.equal(code, 0, said);
  assert.match(page(join(site, "web")), /^12 posts/);
  const clean = checkout('site = "web"\n', 'command = "cd web && node ../build.mjs"\npublish = "web/public"');
  mkdirSync(join(clean, "web"));
  writeFileSync(join(clean, "web/config.toml"), 'base_url = "https://example.org"\n');
  keepCache(site, clean);
  assert.match(build(clean, { variables: live }).said, /0 made, 15 reused/);
});

await check("a token that changed lives on in the cache, encrypted, though the variable holds the old one", async () => {
  const changing = await emulate("--renewal", "another-ends-the-old");
  const key = run(program, ["token", "keygen"], { env: { PATH: process.env.PATH } }).trim().split("\n").at(-1);
  const variables = { FEEDBAKE_API_BASE: changing.base, INSTAGRAM_ACCESS_TOKEN: changing.token, FEEDBAKE_TOKEN_KEY: key };
  const site = checkout();
  const renewed = build(site, { variables });
  assert.equal(renewed.code, 0, renewed.said);
  assert.match(renewed.said, /the token was renewed and kept in/);
  const next = checkout();
  keepCache(site, next);
  const later = build(next, { variables });
  assert.equal(later.code, 0, later.said);
  assert.match(later.said, /12 posts, /);
  assert.ok(!later.said.includes("not refreshed"), later.said);
  changing.stop();
});

await check("an archive is remembered from build to build, and shown by one that has no API", () => {
  const settings = (site) => { writeFileSync(join(site, "feedbake.toml"), "[archive]\nenabled = true\n"); return site; };
  const site = settings(checkout());
  const before = build(site, { variables: live });
  assert.match(before.said, /posts in the archive, \d+ new/);
  const next = settings(checkout());
  keepCache(site, next);
  const down = build(next);
  assert.equal(down.code, 0, down.said);
  const pages = (place) => readdirSync(join(place, "content/instagram")).sort();
  assert.deepEqual(pages(next), pages(site));
  const again = settings(checkout());
  keepCache(next, again);
  const ran = build(again, { variables: live });
  assert.match(ran.said, /posts in the archive/);
  assert.doesNotMatch(ran.said, /posts in the archive, \d+ new/);
});

await check("of a committed token file and a cached one, the later renewal counts", async () => {
  const changing = await emulate("--renewal", "another-ends-the-old");
  const key = run(program, ["token", "keygen"], { env: { PATH: process.env.PATH } }).trim().split("\n").at(-1);
  const variables = { FEEDBAKE_API_BASE: changing.base, INSTAGRAM_ACCESS_TOKEN: changing.token, FEEDBAKE_TOKEN_KEY: key };
  const site = checkout();
  assert.equal(build(site, { variables }).code, 0);
  const books = ["token.enc", "token-status.json"].map((name) => join(".feedbake", name));
  const good = books.map((name) => readFileSync(join(site, name)));
  const dated = (text, day) => text.toString().replaceAll(/"refreshed_at": *"[^"]*"/g, `"refreshed_at": "${day}T00:00:00Z"`);
  for (const [day, isLater] of [["2020-01-01", false], ["2099-01-01", true]]) {
    const next = checkout();
    keepCache(site, next);
    mkdirSync(join(next, ".feedbake"), { recursive: true });
    writeFileSync(join(next, books[0]), "feedbake-token-v1:committed\n");
    writeFileSync(join(next, books[1]), dated(good[1], day));
    build(next, { variables });
    const isCommitted = readFileSync(join(next, books[0]), "utf8").includes("committed");
    assert.equal(isCommitted, isLater, day);
  }
  changing.stop();
});

await check("Netlify's own scanner finds nothing in a bake, and a planted token", () => {
  const site = checkout();
  run("git", ["init", "--quiet"], { cwd: site });
  const clean = build(site, { variables: live, secret: ["INSTAGRAM_ACCESS_TOKEN"] });
  assert.equal(clean.code, 0, clean.said);
  assert.match(clean.said, /No secrets detected/i);
  const leaking = checkout("", `command = "node build.mjs && printf %s $INSTAGRAM_ACCESS_TOKEN > public/leak.txt"\npublish = "public"`);
  run("git", ["init", "--quiet"], { cwd: leaking });
  const caught = build(leaking, { variables: live, secret: ["INSTAGRAM_ACCESS_TOKEN"] });
  assert.equal(caught.code, 2, caught.said);
});

for (const zola of (process.env.FEEDBAKE_TEST_ZOLA ?? "").split(":").filter(Boolean)) {
  await check(`the example site, built by ${zola} with the plugin, and a preview with an address of its own`, () => {
    const site = checkout("", `command = "'${zola}' build"\npublish = "public"\n[context.deploy-preview]\ncommand = "'${zola}' build --base-url $DEPLOY_PRIME_URL"`);
    const made = /example-site\/(public|data|static\/feedbake|\.feedbake)(\/|$)/;
    cpSync(join(top, "example-site"), site, { recursive: true, filter: (path) => !made.test(path) });
    const { code, said } = build(site, { variables: live });
    assert.equal(code, 0, said);
    assert.ok(page(site).match(/<img /g).length >= 12);
    rmSync(join(site, "public"), { recursive: true });
    const preview = build(site, { context: "deploy-preview", variables: { DEPLOY_PRIME_URL: "https://deploy-preview-7--site.netlify.app" } });
    assert.equal(preview.code, 0, preview.said);
    assert.match(page(site), /https:\/\/deploy-preview-7--site\.netlify\.app\/feedbake\//);
  });
}
if (!process.env.FEEDBAKE_TEST_ZOLA) console.log("SKIPPED: FEEDBAKE_TEST_ZOLA names no Zola, so the example site is not built");

await check("without the plugin, as the page says: production bakes and builds, and so does a preview", () => {
  const section = readFileSync(join(top, "docs/netlify.md"), "utf8").split("## Without the plugin")[1];
  const settings = section.match(/```toml\n([^]*?)```/)[1].replaceAll(/npx --yes feedbake@[\d.]+/g, `'${program}'`).replaceAll("zola build", "node build.mjs");
  const plain = () => {
    const site = checkout();
    writeFileSync(join(site, "netlify.toml"), settings.replace("[build]", '[build]\npublish = "public"'));
    return site;
  };
  const site = plain();
  const { code, said } = build(site, { variables: live });
  assert.equal(code, 0, said);
  assert.match(page(site), /^12 posts/);
  // Nothing is committed and nothing cached: without a bake there would be no data file to build with.
  const preview = plain();
  const built = build(preview, { context: "deploy-preview", variables: { DEPLOY_PRIME_URL: "https://deploy-preview-7--site.netlify.app" } });
  assert.equal(built.code, 0, built.said);
  assert.match(built.said, /node build\.mjs --base-url/);
  assert.match(page(preview), /^0 posts/);
});

api.stop();
dead.stop();
if (failures > 0) {
  console.log(`${failures} failed`);
  process.exit(1);
}
