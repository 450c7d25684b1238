// Bakes before the build, and keeps what feedbake knows from build to build.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

/** What feedbake keeps below `.feedbake/`. The pictures are never committed, the rest may be. */
const pictures = "cache";
const tokens = ["token-status.json", "token.enc"];
const known = ["manifest.json", "hidden", ...tokens];

const own = (settings, name) => join(settings.site, ".feedbake", name);

/** Which archives were there, for their memories have the names of their feeds. */
const list = "kept.json";
const isMemory = (name) => /^archive-[^/]+\.json$/.test(name);

export async function onPreBuild({ inputs, utils }) {
  const settings = read(inputs);
  if (settings.error) return utils.build.failBuild(settings.error);
  await restore(settings, utils.cache);
  const ran = await bake(settings);
  if (ran.code === 0) {
    return utils.status.show(shown(ran.answer));
  }
  const failure = ran.error ?? failureOf(ran);
  // A feed that could not be refreshed, and that feedbake does not let pass: it ends as `feedbake && …` would. Where the
  // program itself is at fault, a site that has a feed is built with it.
  const isOurs = ran.error !== undefined || ran.code === 1;
  return isOurs && hasFeed(settings) ? utils.build.failPlugin(failure) : utils.build.failBuild(failure);
}

// After a build that failed, too: the pictures that were downloaded need not be downloaded again.
export async function onEnd({ inputs, utils }) {
  const settings = read(inputs);
  if (settings.error) return;
  const memories = (await readdir(own(settings, "")).catch(() => [])).filter(isMemory);
  if (memories.length > 0) await careful(settings, list, "written", () => writeFile(own(settings, list), JSON.stringify(memories)));
  for (const name of [pictures, list, ...known, ...memories]) {
    await careful(settings, name, "kept", () => utils.cache.save(own(settings, name)));
  }
}

/** The inputs, checked: Netlify hands on whatever TOML can say. A text is taken where it says the same. */
function read({ site, strict, binary }) {
  const bad = (name, value, expected) => ({ error: `the input ${name} of netlify-plugin-feedbake is ${JSON.stringify(value)}; ${expected} was expected` });
  for (const [name, value] of Object.entries({ site, binary })) {
    if (value !== undefined && value !== null && typeof value !== "string") return bad(name, value, "a text");
  }
  if (!["true", "false"].includes(String(strict ?? false))) return bad("strict", strict, "true or false");
  return { site: site || ".", strict: String(strict) === "true", binary };
}

/**
 * Brings back what this checkout does not have. What was committed is newer than any cache, and restoring replaces it; but
 * of the tokens, the later renewal counts.
 */
async function restore(settings, cache) {
  await careful(settings, list, "brought back", () => cache.restore(own(settings, list)));
  for (const name of [pictures, ...known, ...memoriesIn(contents(own(settings, list)))]) {
    const isHere = existsSync(own(settings, name));
    if (name === pictures || !isHere) {
      await careful(settings, name, "brought back", () => cache.restore(own(settings, name)));
    } else if (name === tokens[0]) {
      await restoreTokens(settings, cache);
    }
  }
}

/** The books about tokens were committed: those of the cache replace them where their renewal is a later one. */
async function restoreTokens(settings, cache) {
  const committed = Object.fromEntries(tokens.map((name) => [name, contents(own(settings, name))]));
  for (const name of tokens) await careful(settings, name, "brought back", () => cache.restore(own(settings, name)));
  if (renewedAt(contents(own(settings, tokens[0]))) > renewedAt(committed[tokens[0]])) return;
  for (const name of tokens.filter((name) => committed[name] !== undefined)) {
    await careful(settings, name, "put back", () => writeFile(own(settings, name), committed[name]));
  }
}

function memoriesIn(text) {
  try {
    return JSON.parse(text.toString("utf8")).filter((name) => typeof name === "string" && isMemory(name));
  } catch {
    return [];
  }
}

function contents(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** When the last renewal was, as a number; 0 where nothing says so. */
function renewedAt(status) {
  try {
    const moments = Object.values(JSON.parse(status.toString("utf8")).tokens).map((token) => Date.parse(token.refreshed_at));
    return Math.max(0, ...moments.filter(Number.isFinite));
  } catch {
    return 0;
  }
}

/** A cache saves work, and is worth no deploy: one that is damaged is told of, and the build goes on without it. */
async function careful(settings, name, what, use) {
  try {
    await use();
  } catch (error) {
    console.log(`warning: ${own(settings, name)} could not be ${what}; the build goes on without its cache\n  caused by: ${error.message}`);
  }
}

/** Whether the site has a data file of its own to be built with, wherever the settings put it. */
function hasFeed(settings) {
  try {
    const { feeds } = JSON.parse(readFileSync(own(settings, "manifest.json"), "utf8"));
    const files = Object.values(feeds).map((feed) => feed.data_file);
    return files.length > 0 && files.every((file) => existsSync(join(settings.site, file)));
  } catch {
    return false;
  }
}

/** The program, and what stands before its arguments. */
function program(settings) {
  if (settings.binary) return [settings.binary, []];
  const find = createRequire(import.meta.url);
  const manifest = find.resolve("feedbake/package.json");
  return [process.execPath, [join(manifest, "..", find("feedbake/package.json").bin.feedbake)]];
}

/** Runs feedbake. What it says to people goes into the log as it comes; its answer to machines is kept. */
function bake(settings) {
  // The folder in one word with its flag: its name may begin with a dash.
  const flags = ["bake", "--json", "--no-progress", `--site=${settings.site}`, ...(settings.strict ? ["--strict"] : [])];
  return new Promise((done) => {
    let command;
    try {
      command = program(settings);
    } catch (error) {
      done({ error: `feedbake is not installed: ${error.message}; \`npm install --save-dev netlify-plugin-feedbake\` brings it` });
      return;
    }
    const child = spawn(command[0], [...command[1], ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, FEEDBAKE_NETLIFY_PLUGIN: "true" },
    });
    let [answer, complaints] = ["", ""];
    child.stdout.on("data", (data) => (answer += data));
    child.stderr.on("data", (data) => {
      process.stdout.write(data);
      complaints += data;
    });
    child.on("error", (error) => done({ error: `feedbake did not start: ${error.message}` }));
    child.on("close", (code, signal) => {
      if (signal) return done({ error: `feedbake was ended by ${signal}` });
      return done({ code, answer: parsed(answer), complaints });
    });
  });
}

function parsed(answer) {
  try {
    return JSON.parse(answer);
  } catch {
    return {};
  }
}

/** Why a bake failed, in its own words: captions and tokens are in none of them. */
function failureOf({ code, answer, complaints }) {
  if (answer.error) {
    const { consequence, causes, hints } = answer.error;
    return [consequence, ...causes.map((cause) => `caused by: ${cause}`), ...hints.map((hint) => `hint: ${hint}`)].join("\n");
  }
  const lines = complaints.split("\n");
  const first = lines.findIndex((line) => line.startsWith("error:"));
  return first < 0 ? `feedbake ended with ${code}` : lines.slice(first, first + 8).join("\n").trim().replace(/^error: /, "");
}

/** Whether this is a build that has no token by right: the variable is for the production context alone. */
const isPreview = () => ["deploy-preview", "branch-deploy"].includes(process.env.CONTEXT);

/** What the page of the deploy shows. */
function shown({ feeds = [], posts = 0, changed = false, tokens = [] }) {
  const kept = feeds.filter((feed) => feed.why !== undefined);
  const isExpected = (feed) => isPreview() && feed.why.startsWith("no access token was given");
  const lines = feeds.map((feed) => {
    if (feed.why === undefined) return `${feed.name}: ${feed.posts} posts`;
    const what = feed.outcome === "kept" ? `the ${feed.posts} posts of before` : "empty";
    if (isExpected(feed)) return `${feed.name}: ${what}, as a preview has no token`;
    return `${feed.name}: ${what}, for it could not be refreshed: ${feed.why}`;
  });
  for (const token of tokens.filter((token) => token.expires_at)) {
    lines.push(`the token in ${token.name} ends on ${token.expires_at.slice(0, 10)}${token.near_its_end ? ": make a new one" : ""}`);
  }
  const state = kept.length === 0 ? (changed ? "changed" : "unchanged") : kept.every(isExpected) ? "without a token" : "not refreshed";
  return { title: "The feed", summary: `${posts} posts, ${state}`, text: lines.join("\n") };
}
