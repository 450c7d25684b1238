// Packs, installs and runs what users install: node check.mjs BINARY [--wheel WHEEL] [--cut-off]
//
// The npm packages are made from BINARY, a feedbake for this machine, and installed twice: from their tarballs, and from
// a registry that this program plays itself, where npm has to find the right one of five. Where Linux allows it, all
// this happens in a namespace without a network; elsewhere npm and pip are told of no place to ask, unless --cut-off
// demands the namespace: then sudo is asked for it, too, and without it nothing is checked and the end is 1. Needs npm and
// tar, for the wheel Python; no packages. Prints a line for each check, and ends with 1 if one fails.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);
const top = resolve(dirname(here), "../..");
const platform = `${process.platform}-${process.arch}`;
const platforms = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"];
const platformPackage = `@feedbake/cli-${platform}`;

// ---- The command line, and a place without a network

const words = process.argv.slice(2);
const inside = take("--inside");
const cutOff = take("--cut-off");
const wheelAt = words.indexOf("--wheel");
const wheel = wheelAt < 0 ? null : resolve(words.splice(wheelAt, 2)[1] ?? "");
if (words.length !== 1 || !existsSync(words[0]) || (wheel && !wheel.endsWith(".whl"))) {
  console.error("usage: node check.mjs BINARY [--wheel WHEEL] [--cut-off]");
  process.exit(2);
}
const binary = resolve(words[0]);
if (!inside) enterNamespace();

function take(flag) {
  const at = words.indexOf(flag);
  if (at >= 0) words.splice(at, 1);
  return at >= 0;
}

/** Starts this program again without a network and ends as it ends; returns where that is not allowed, and not demanded. */
function enterNamespace() {
  // Loopback is down in a new namespace. Where there is no `ip`, Python sets the same three flags: up, loopback, running.
  const python = 'import fcntl,socket,struct;fcntl.ioctl(socket.socket(),0x8914,struct.pack("16sh14x",b"lo",0x49))';
  const script = `ip link set lo up 2>/dev/null || python3 -c '${python}' || exit 1; exec "$@"`;
  const again = [process.execPath, here, ...process.argv.slice(2), "--inside"];
  const ways = [["unshare", "--net"], ["unshare", "--map-root-user", "--net"]].map((way) => [...way, "sh", "-c", script, "sh"]);
  if (cutOff && process.getuid) {
    // Ubuntu 24.04 gives a plain user no namespace. Root makes it, and what is checked runs as the user again.
    const user = ["setpriv", `--reuid=${process.getuid()}`, `--regid=${process.getgid()}`, "--clear-groups"];
    const environment = ["env", `PATH=${process.env.PATH}`, `HOME=${process.env.HOME ?? tmpdir()}`, `TMPDIR=${tmpdir()}`];
    ways.push(["sudo", "--non-interactive", ...ways[0], ...user, ...environment]);
  }
  for (const [program, ...into] of ways) {
    if (spawnSync(program, [...into, "true"]).status !== 0) continue;
    process.exit(spawnSync(program, [...into, ...again], { stdio: "inherit" }).status ?? 1);
  }
  if (cutOff) {
    console.error("error: nothing was checked: this system gives no namespace without a network, neither to this user nor by sudo");
    process.exit(1);
  }
}

// ---- Telling

let failures = 0;

function check(what, good, details = "") {
  if (!good) failures += 1;
  console.log(`${good ? "ok    " : "FAILED"} ${what}${!good && details ? `\n       ${String(details).trim().replaceAll("\n", "\n       ")}` : ""}`);
}

function checkEqual(what, found, expected) {
  const [left, right] = [found, expected].map((value) => JSON.stringify(value));
  check(what, left === right, `found    ${left}\nexpected ${right}`);
}

// ---- Places and processes

const scratch = mkdtempSync(join(tmpdir(), "feedbake packages "));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

function newFolder(name, files = {}) {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

const home = newFolder("home");
// Nothing of the user's: no tokens, no settings of npm or pip, no cache that could stand in for a download.
const cleanEnvironment = {
  PATH: process.env.PATH,
  HOME: home,
  TMPDIR: tmpdir(),
  // A port that nobody listens on, for everything that is not told of a better one.
  npm_config_registry: "http://127.0.0.1:9/",
  npm_config_fetch_retries: "0",
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
  npm_config_ignore_scripts: "true",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
};

/** Runs a program to its end; `registry` is where npm may ask. */
function run(program, args, { cwd = scratch, registry = null } = {}) {
  const env = registry ? { ...cleanEnvironment, npm_config_registry: registry } : cleanEnvironment;
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const result = { code: null, signal: null, stdout: "", stderr: "" };
  child.stdout.on("data", (bytes) => (result.stdout += bytes));
  child.stderr.on("data", (bytes) => (result.stderr += bytes));
  return new Promise((done) => {
    child.on("error", (error) => done({ ...result, stderr: String(error) }));
    child.on("close", (code, signal) => done({ ...result, code, signal }));
  });
}

const tell = (result) => `ended with ${result.code ?? result.signal}\n${result.stdout}\n${result.stderr}`;

/** Tries one after another what every way of installing has to give. */
async function checkCommand(way, program, args = []) {
  const says = await run(program, [...args, "--version"], { cwd: join(scratch, way) });
  checkEqual(`${way}: --version`, [says.code, says.stdout.trim()], [0, `feedbake ${version}`]);

  // A folder with a blank in its name shows whether arguments arrive as they were given.
  const site = newFolder(`${way}/a site`, { "config.toml": 'base_url = "https://example.org"\n' });
  const bake = await run(program, [...args, "--demo", "--site", site], { cwd: join(scratch, way) });
  const file = join(site, "data", "instagram.json");
  const posts = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).posts.length : "no data file";
  const pictures = join(site, "static", "feedbake");
  const some = existsSync(pictures) && readdirSync(pictures).length > posts;
  check(`${way}: the demo is baked, ${posts} posts`, bake.code === 0 && posts === 12 && some, tell(bake));

  const usage = await run(program, [...args, "--no-such-flag"], { cwd: join(scratch, way) });
  check(`${way}: a command line that is not understood ends with 2`, usage.code === 2, tell(usage));

  const broken = newFolder(`${way}/broken`, { "feedbake.toml": "limit = -1\n", "config.toml": "" });
  const setting = await run(program, [...args, "--demo", "--site", broken], { cwd: join(scratch, way) });
  check(`${way}: a setting that cannot be used ends with 3`, setting.code === 3, tell(setting));
}

// ---- The tarballs

const version = readFileSync(join(top, "Cargo.toml"), "utf8").match(/^version = "(.*)"/m)[1];

async function pack(out, binaries) {
  const packed = await run(process.execPath, [join(top, "npm", "pack.mjs"), "--out", out, ...binaries]);
  if (packed.code !== 0) {
    check("the npm packages are packed", false, tell(packed));
    process.exit(1);
  }
  return packed.stdout.trim().split("\n");
}

async function readPackage(tarball) {
  const file = await run("tar", ["-xzOf", tarball, "package/package.json"]);
  return JSON.parse(file.stdout);
}

async function checkTarball(tarball) {
  const content = await readPackage(tarball);
  const name = basename(tarball);
  const listed = await run("tar", ["-tvzf", tarball]);
  const lines = listed.stdout.trim().split("\n");
  const files = lines.map((line) => line.split(" package/")[1]).sort();
  const isPlugin = content.name === "netlify-plugin-feedbake";
  const program = content.name === "feedbake" ? "bin/feedbake.js" : `bin/feedbake${content.os?.[0] === "win32" ? ".exe" : ""}`;
  const own = isPlugin ? ["index.js", "manifest.yml"] : [program];
  checkEqual(`${name}: holds these files and no others`, files, ["LICENSE-APACHE", "LICENSE-MIT", "README.md", ...own, "package.json"].sort());
  const executable = lines.filter((line) => line.startsWith("-rwxr-xr-x")).map((line) => line.split(" package/")[1]);
  checkEqual(`${name}: the program alone can be executed`, executable, isPlugin ? [] : [program]);
  checkEqual(`${name}: the version is that of Cargo.toml`, content.version, version);
  checkEqual(`${name}: no scripts, not private`, [content.scripts, content.private], [undefined, undefined]);
  checkEqual(`${name}: needs nothing but feedbake`, content.dependencies, isPlugin ? { feedbake: version } : undefined);
  const readme = await run("tar", ["-xzOf", tarball, "package/README.md"]);
  check(`${name}: the README is filled in`, readme.stdout.includes("feedbake") && !readme.stdout.includes("{{") && !readme.stdout.includes("undefined"), readme.stdout);
  if (content.name === "feedbake") {
    const expected = Object.fromEntries(platforms.map((one) => [`@feedbake/cli-${one}`, version]));
    checkEqual(`${name}: five optional dependencies, each of exactly this version`, content.optionalDependencies, expected);
  } else if (!isPlugin) {
    checkEqual(`${name}: for one system and processor`, `@feedbake/cli-${content.os}-${content.cpu}`, content.name);
  }
}

// ---- A registry

/** Plays as much of a registry as `npm install` asks for, with these tarballs in it. */
async function openRegistry(tarballs) {
  const packages = new Map();
  for (const tarball of tarballs) packages.set((await readPackage(tarball)).name, tarball);
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname).slice(1);
    const wanted = tarballs.find((tarball) => path === `tarballs/${basename(tarball)}`);
    if (wanted) return response.end(readFileSync(wanted));
    const tarball = packages.get(path);
    if (!tarball) return response.writeHead(404).end("{}");
    const content = await readPackage(tarball);
    const integrity = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
    const dist = { tarball: `${address}tarballs/${basename(tarball)}`, integrity };
    const document = { name: path, "dist-tags": { latest: version }, versions: { [version]: { ...content, dist } } };
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(document));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const address = `http://127.0.0.1:${server.address().port}/`;
  return { address, close: () => server.close() };
}

const installed = (project) => {
  const folder = join(project, "node_modules", "@feedbake");
  return existsSync(folder) ? readdirSync(folder) : [];
};

// ---- Signals

function answers(port) {
  return new Promise((done) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => done(true));
    socket.on("error", () => done(false));
    socket.on("connect", () => socket.destroy());
  });
}

/** Starts a command that runs until it is ended, ends it through its launcher, and looks whether both are gone. */
async function checkSignal(project, signal, toGroup) {
  const launcher = join(project, "node_modules", ".bin", "feedbake");
  const child = spawn(launcher, ["emulate", "--port", "0"], { cwd: project, env: cleanEnvironment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const ended = new Promise((done) => child.on("exit", (code, how) => done(how ?? code)));
  const port = await new Promise((done) => {
    const look = (bytes) => {
      said += bytes;
      const found = said.match(/127\.0\.0\.1:(\d+)/);
      if (found) done(Number(found[1]));
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    ended.then(() => done(0));
  });
  const what = toGroup ? `${signal} to both, as from a keyboard,` : `${signal} to the launcher`;
  if (port === 0) return check(`npm: ${what} ends the program and the launcher`, false, `it did not start\n${said}`);
  const before = await answers(port);
  process.kill(toGroup ? -child.pid : child.pid, signal);
  const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), 10_000);
  const how = await ended;
  clearTimeout(timer);
  const after = await answers(port);
  if (after) process.kill(-child.pid, "SIGKILL");
  check(`npm: ${what} ends the program and the launcher`, before && !after && how === signal, `before ${before}, after ${after}, ended by ${how}\n${said}`);
}

// ---- npm

async function checkNpm() {
  const standIn = join(newFolder("stand-in"), "program");
  writeFileSync(standIn, "not for this machine\n");
  chmodSync(standIn, 0o644);
  const binaries = platforms.map((one) => `${one}=${one === platform ? binary : standIn}`);
  const tarballs = await pack(join(scratch, "packed"), binaries);
  checkEqual("npm: seven packages, each behind what it needs", tarballs.map((tarball) => basename(tarball)), [...platforms.map((one) => `feedbake-cli-${one}-${version}.tgz`), `feedbake-${version}.tgz`, `netlify-plugin-feedbake-${version}.tgz`]);
  for (const tarball of tarballs) await checkTarball(tarball);
  const launcher = tarballs.at(-2);
  const own = tarballs.find((tarball) => basename(tarball).includes(`-${platform}-`));
  const manifest = { "package.json": '{ "private": true }\n' };

  const fromTarballs = newFolder("npm, from tarballs", manifest);
  const install = await run("npm", ["install", "--offline", own, launcher], { cwd: fromTarballs });
  check("npm, from tarballs: installed offline, scripts ignored", install.code === 0, tell(install));
  await checkCommand("npm, from tarballs", "npx", ["feedbake"]);

  const registry = await openRegistry(tarballs);
  const project = newFolder("npm, from a registry", manifest);
  const byName = await run("npm", ["install", "--save-dev", "feedbake"], { cwd: project, registry: registry.address });
  check("npm, from a registry: `npm install --save-dev feedbake`", byName.code === 0, tell(byName));
  checkEqual("npm, from a registry: of five packages the one for this machine", installed(project), [`cli-${platform}`]);
  const locked = Object.keys(JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8")).packages);
  check("npm, from a registry: the lock file names all five", platforms.every((one) => locked.includes(`node_modules/@feedbake/cli-${one}`)), locked.join("\n"));
  await checkCommand("npm, from a registry", join(project, "node_modules", ".bin", "feedbake"));
  if (process.platform !== "win32") {
    await checkSignal(project, "SIGTERM", false);
    await checkSignal(project, "SIGINT", false);
    await checkSignal(project, "SIGINT", true);
  }

  rmSync(join(project, "node_modules"), { recursive: true });
  const bare = await run("npm", ["ci", "--omit=optional"], { cwd: project, registry: registry.address });
  const without = await run("npx", ["feedbake", "--version"], { cwd: project });
  const explained = [platformPackage, "--omit=optional", "lock file", "npm install --include=optional", "cargo install"].every((part) => without.stderr.includes(part));
  check("npm: without the platform package it ends with 1 and says which, why and what to do", bare.code === 0 && without.code === 1 && without.stdout === "" && explained, tell(without));
  const mend = await run("npm", ["install", "--include=optional"], { cwd: project, registry: registry.address });
  const mended = await run("npx", ["feedbake", "--version"], { cwd: project });
  check("npm: what the message says to do helps", mend.code === 0 && mended.code === 0, tell(mended));

  const script = join(project, "node_modules", "feedbake", "bin", "feedbake.js");
  const elsewhere = `Object.defineProperty(process, "arch", { value: "riscv64" }); require(${JSON.stringify(script)})`;
  const strange = await run(process.execPath, ["-e", elsewhere], { cwd: project });
  check("npm: on a machine without a package it ends with 1 and lists the machines", strange.code === 1 && strange.stderr.includes("riscv64") && platforms.every((one) => strange.stderr.includes(one)), tell(strange));
  const hidden = await run("sh", ["-c", `FEEDBAKE_BINARY=/bin/echo npx feedbake --version`], { cwd: project });
  checkEqual("npm: FEEDBAKE_BINARY changes nothing", hidden.stdout.trim(), `feedbake ${version}`);
  registry.close();

  const incomplete = await run(process.execPath, [join(top, "npm", "pack.mjs"), "--all", "--out", join(scratch, "none"), `${platform}=${binary}`]);
  check("npm: a release with a platform missing is refused", incomplete.code === 2 && !existsSync(join(scratch, "none")), tell(incomplete));
}

// ---- The wheel

async function checkWheel() {
  // Python writes the version before a version in its own way: 0.2.0-rc.1 is 0.2.0rc1.
  const pythonVersion = version.replace(/-(alpha|beta|rc)\.?/, (_, stage) => ({ alpha: "a", beta: "b", rc: "rc" })[stage]);
  const name = basename(wheel);
  const tags = name.replace(/\.whl$/, "").split("-").slice(2).join("-");
  check(`wheel: for any Python 3, ${tags}`, name.startsWith(`feedbake-${pythonVersion}-py3-none-`), name);
  const reader = "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1])\n";
  const listed = await run("python3", ["-c", `${reader}print("\\n".join(z.namelist()))`, wheel]);
  const info = `feedbake-${pythonVersion}.dist-info`;
  // The list of crates that maturin adds has a name of its own making.
  const files = listed.stdout.trim().split("\n").filter((file) => !file.startsWith(`${info}/sboms/`)).sort();
  const expected = [`feedbake-${pythonVersion}.data/scripts/feedbake`, ...["METADATA", "RECORD", "WHEEL", "licenses/LICENSE-APACHE", "licenses/LICENSE-MIT"].map((file) => `${info}/${file}`)].sort();
  checkEqual("wheel: holds the program, its licences and no Python", files, expected);
  const metadata = await run("python3", ["-c", `${reader}print(z.read(sys.argv[2]).decode())`, wheel, `${info}/METADATA`]);
  const says = ["Name: feedbake", `Version: ${pythonVersion}`, "License-Expression: MIT OR Apache-2.0", "Summary: Bakes a feed", "Description-Content-Type: text/markdown"];
  check("wheel: name, version, licence, summary and README", says.every((line) => metadata.stdout.includes(line)) && !metadata.stdout.includes("Requires-Dist"), metadata.stdout.slice(0, 1500));

  const place = newFolder("wheel");
  const made = await run("python3", ["-m", "venv", join(place, "venv")]);
  const bin = join(place, "venv", "bin");
  const install = await run(join(bin, "python"), ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel]);
  check("wheel: installed by pip without an index", made.code === 0 && install.code === 0, `${tell(made)}\n${tell(install)}`);
  await checkCommand("wheel", join(bin, "feedbake"));
}

// ---- All of it

if (!platforms.includes(platform)) {
  console.error(`error: there is no package for ${platform}`);
  process.exit(1);
}
const cards = Object.keys(networkInterfaces()).filter((card) => card !== "lo");
if (inside) checkEqual("the network is cut off", cards, []);
else console.log("note   no namespace without a network here; npm and pip are told of no place to ask");
await checkNpm();
if (wheel) await checkWheel();
console.log(failures === 0 ? "all well" : `${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
