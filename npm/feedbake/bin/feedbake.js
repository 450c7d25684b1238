#!/usr/bin/env node
// Starts the feedbake that was installed for this platform, and ends as it ends.
"use strict";

const { spawn } = require("node:child_process");
const { writeSync } = require("node:fs");
const { constants } = require("node:os");
const { dirname, join } = require("node:path");

const { optionalDependencies } = require("../package.json");

const packageName = `@feedbake/cli-${process.platform}-${process.arch}`;

function fail(consequence, ...rest) {
  // Not by process.stderr: a pipe on some systems would lose what is still on its way when the process ends.
  writeSync(2, [`error: ${consequence}`, ...rest, ""].join("\n"));
  process.exit(1);
}

function findBinary() {
  if (!(packageName in optionalDependencies)) {
    fail(
      `there is no ready-made feedbake for ${process.platform}-${process.arch}`,
      `  there is one for: ${Object.keys(optionalDependencies).map((name) => name.replace("@feedbake/cli-", "")).join(", ")}`,
      "  hint: `cargo install --locked feedbake` builds it, if there is a Rust for this machine",
    );
  }
  try {
    const folder = dirname(require.resolve(`${packageName}/package.json`));
    return join(folder, "bin", process.platform === "win32" ? "feedbake.exe" : "feedbake");
  } catch {
    return fail(
      `feedbake cannot start: the package ${packageName} is missing`,
      "  it holds the program for this machine, and is an optional dependency of the package feedbake",
      "  caused by: either npm was told to leave those out (`--omit=optional`, `--no-optional`),",
      "    or the lock file or `node_modules` comes from another platform",
      "  hint: `npm install --include=optional`; if that changes nothing, remove node_modules and package-lock.json first",
      "  hint: `cargo install --locked feedbake` does without npm",
    );
  }
}

// A CI system that cancels a job signals the process it started, which is this one. On Windows there are no signals to
// pass on: a console tells all its programs of Ctrl-C by itself, and `kill` would end the child in the middle of a write.
// Listening keeps this process alive until the child has decided how to end. It begins before the child is there, or a
// signal in that moment would leave the child behind; listeners are only called once this file has run to its end.
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const passOn = process.platform === "win32" ? () => {} : (signal) => child.kill(signal);
for (const signal of signals) process.on(signal, passOn);

const child = spawn(findBinary(), process.argv.slice(2), { stdio: "inherit" });

child.on("error", (error) => {
  fail(
    `feedbake cannot start: ${error.message}`,
    `  hint: the package ${packageName} seems damaged; remove node_modules and install again`,
  );
});

child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  // Whoever waits for this process should see what a shell would see: that a signal ended it, and which.
  for (const name of signals) process.removeListener(name, passOn);
  process.kill(process.pid, signal);
  // Some signals do not end Node at once; then the shells' way of saying it.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
});
