// Bakes before the build, and keeps what feedbake knows from build to build.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** What feedbake keeps below `.feedbake/`. The pictures are never committed, the rest may be. */
const pictures = "cache";
const books = ["manifest.json", "token-status.json", "token.enc"];

const own = (inputs, name) => join(inputs.site, ".feedbake", name);

export async function onPreBuild({ inputs, utils }) {
  await restore(inputs, utils.cache);
  const ran = await bake(inputs);
  if (ran.code === 0) {
    return utils.status.show(shown(ran.answer));
  }
  const failure = ran.error ?? failureOf(ran);
  // A feed that could not be refreshed, and that feedbake does not let pass: it ends as `feedbake && …` would. Where the
  // program itself is at fault, a site that has a feed is built with it.
  const isOurs = ran.error !== undefined || ran.code === 1;
  return isOurs && hasFeed(inputs) ? utils.build.failPlugin(failure) : utils.build.failBuild(failure);
}

// After a build that failed, too: the pictures that were downloaded need not be downloaded again.
export async function onEnd({ inputs, utils }) {
  for (const name of [pictures, ...books]) {
    await utils.cache.save(own(inputs, name));
  }
}

/** Brings back what this checkout does not have. What was committed is newer than any cache, and restoring replaces it. */
async function restore(inputs, cache) {
  for (const name of [pictures, ...books]) {
    if (name === pictures || !existsSync(own(inputs, name))) {
      await cache.restore(own(inputs, name));
    }
  }
}

/** Whether the site has a data file of its own to be built with, wherever the settings put it. */
function hasFeed(inputs) {
  try {
    const { feeds } = JSON.parse(readFileSync(own(inputs, "manifest.json"), "utf8"));
    const files = Object.values(feeds).map((feed) => feed.data_file);
    return files.length > 0 && files.every((file) => existsSync(join(inputs.site, file)));
  } catch {
    return false;
  }
}

/** The program, and what stands before its arguments. */
function program(inputs) {
  if (inputs.binary) return [inputs.binary, []];
  const find = createRequire(import.meta.url);
  const manifest = find.resolve("feedbake/package.json");
  return [process.execPath, [join(manifest, "..", find("feedbake/package.json").bin.feedbake)]];
}

/** Runs feedbake. What it says to people goes into the log as it comes; its answer to machines is kept. */
function bake(inputs) {
  const flags = ["bake", "--json", "--no-progress", "--site", inputs.site, ...(inputs.strict ? ["--strict"] : [])];
  return new Promise((done) => {
    let command;
    try {
      command = program(inputs);
    } catch (error) {
      done({ error: `feedbake is not installed: ${error.message}; \`npm install --save-dev netlify-plugin-feedbake\` brings it` });
      return;
    }
    const child = spawn(command[0], [...command[1], ...flags], { stdio: ["ignore", "pipe", "pipe"] });
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
  return first < 0 ? `feedbake ended with ${code}` : lines.slice(first, first + 8).join("\n").trim();
}

/** What the page of the deploy shows. */
function shown({ feeds = [], posts = 0, changed = false, tokens = [] }) {
  const kept = feeds.filter((feed) => feed.outcome !== "baked");
  const lines = feeds.map((feed) => {
    if (feed.outcome === "baked") return `${feed.name}: ${feed.posts} posts`;
    const what = feed.outcome === "kept" ? `the ${feed.posts} posts of before stay` : "empty";
    return `${feed.name}: ${what}, for it could not be refreshed: ${feed.why}`;
  });
  for (const token of tokens.filter((token) => token.expires_at)) {
    lines.push(`the token in ${token.name} ends on ${token.expires_at.slice(0, 10)}${token.near_its_end ? ": make a new one" : ""}`);
  }
  const state = kept.length > 0 ? "not refreshed" : changed ? "changed" : "unchanged";
  return { title: "The feed", summary: `${posts} posts, ${state}`, text: lines.join("\n") };
}
