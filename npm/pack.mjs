// Makes the npm packages: node npm/pack.mjs --out FOLDER [--all] PLATFORM=BINARY…
//
// For each platform one package that holds the binary, the package `feedbake` that has all of them as optional
// dependencies and a launcher, and the plugin for Netlify, which starts that one. With `--all`, a platform without a binary is an error, as it would be in a release.
// The version, the description and the address of the repository are those of Cargo.toml and stand nowhere else:
// what lies in this folder is copied, filled in and packed, and never changed. Prints the tarballs in the order in
// which they have to be published: nobody should get one before what it needs is there.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(here);

// In the words of Node: process.platform, process.arch.
const platforms = {
  "linux-x64": "Linux on x86-64",
  "linux-arm64": "Linux on 64-bit ARM",
  "darwin-x64": "macOS on Intel",
  "darwin-arm64": "macOS on Apple silicon",
  "win32-x64": "Windows on x86-64",
};

function stop(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}

/** Returns the value of a one-line string under `[package]` in Cargo.toml, or undefined. */
function cargo(key) {
  const text = readFileSync(join(top, "Cargo.toml"), "utf8");
  const section = text.split(/^\[/m).find((part) => part.startsWith("package]")) ?? "";
  return section.match(new RegExp(`^${key}\\s*=\\s*"([^"]*)"`, "m"))?.[1];
}

function readArguments(words) {
  const wish = { out: null, all: false, binaries: {} };
  while (words.length > 0) {
    const word = words.shift();
    if (word === "--all") {
      wish.all = true;
    } else if (word === "--out") {
      wish.out = words.shift() ?? null;
    } else {
      const [platform, binary] = word.split(/=(.*)/s);
      if (!(platform in platforms)) stop(`no such platform: ${platform}; there are ${Object.keys(platforms).join(", ")}`);
      if (!binary || !existsSync(binary)) stop(`no such file: ${binary}`);
      wish.binaries[platform] = resolve(binary);
    }
  }
  if (wish.out === null) stop("usage: node npm/pack.mjs --out FOLDER [--all] PLATFORM=BINARY…");
  const missing = Object.keys(platforms).filter((platform) => !(platform in wish.binaries));
  if (wish.all && missing.length > 0) stop(`no binary for ${missing.join(", ")}`);
  return wish;
}

/** Packs one staged folder into `out`, and returns the tarball's path. */
function pack(folder, out) {
  // By the shell on Windows alone, where npm is a script.
  const options = { cwd: folder, encoding: "utf8", shell: process.platform === "win32" };
  const packed = spawnSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", out], options);
  if (packed.status !== 0) stop(`npm pack failed in ${folder}:\n${packed.stderr ?? packed.error}`);
  // A list up to npm 11, an object by name in some later ones.
  const [{ filename }] = Object.values(JSON.parse(packed.stdout));
  return join(out, filename.replace("@", "").replace("/", "-"));
}

/** Copies a folder of this one to a new place, filled in: `change` alters its package.json, `words` its README. */
function stage(source, target, change, words) {
  cpSync(join(here, source), target, { recursive: true });
  for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(top, licence), join(target, licence));
  const file = join(target, "package.json");
  const content = JSON.parse(readFileSync(file, "utf8"));
  // Only there so that nobody publishes a folder that was not filled in.
  delete content.private;
  content.version = version;
  if (repository) content.repository = { type: "git", url: `git+${repository.replace(/(\.git)?$/, ".git")}` };
  change(content);
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  const readme = join(target, "README.md");
  const filled = readFileSync(readme, "utf8").replaceAll(/\{\{(\w+)\}\}/g, (_, word) => words[word]);
  writeFileSync(readme, filled);
}

const wish = readArguments(process.argv.slice(2));
const out = resolve(wish.out);
const version = cargo("version");
const repository = cargo("repository");
if (!version) stop("Cargo.toml names no version");
mkdirSync(out, { recursive: true });

const names = Object.fromEntries(Object.keys(platforms).map((platform) => [platform, `@feedbake/cli-${platform}`]));
const stages = mkdtempSync(join(tmpdir(), "feedbake-npm-"));
process.on("exit", () => rmSync(stages, { recursive: true, force: true }));

for (const [platform, binary] of Object.entries(wish.binaries)) {
  const folder = join(stages, platform);
  const [os, cpu] = platform.split("-");
  const change = (content) => {
    Object.assign(content, { name: names[platform], os: [os], cpu: [cpu] });
    content.description = `The program feedbake for ${platforms[platform]}; install the package feedbake`;
  };
  stage("cli", folder, change, { name: names[platform], platform: platforms[platform] });
  const place = join(folder, "bin", os === "win32" ? "feedbake.exe" : "feedbake");
  mkdirSync(dirname(place));
  copyFileSync(binary, place);
  // Places that artefacts pass through forget this bit, and npm keeps what it finds.
  chmodSync(place, 0o755);
  console.log(pack(folder, out));
}

const launcher = join(stages, "feedbake");
const change = (content) => {
  content.description = cargo("description");
  // Each exactly in the launcher's own version: the two are one program.
  content.optionalDependencies = Object.fromEntries(Object.values(names).map((name) => [name, version]));
};
const list = Object.entries(platforms).map(([platform, words]) => `- \`${names[platform]}\`: ${words}`).join("\n");
stage("feedbake", launcher, change, { platforms: list });
chmodSync(join(launcher, "bin", "feedbake.js"), 0o755);
console.log(pack(launcher, out));

const plugin = join(stages, "netlify");
stage("../netlify", plugin, (content) => Object.assign(content, { dependencies: { feedbake: version } }), {});
console.log(pack(plugin, out));
