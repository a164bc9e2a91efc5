/**
 * Makes a clone ready: `node scripts/setup.mjs` for npm start, with --tests for npm test and npm run bench.
 *
 * Plain JavaScript for Node 18 and later, because the supported Node is one of the things it brings.
 * Runs again only when a lock file, a list of requirements or this file has changed; otherwise it returns at once.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STAMP = join(ROOT, ".setup-stamp");
const OWN_NODE = join(ROOT, "node_modules/.bin/node");
const VENV = join(ROOT, ".venv");
const VENV_PYTHON = join(VENV, "bin/python");

const OLDEST_PYTHON = [3, 8];
/** What the packages in test/requirements.txt support. */
const OLDEST_TEST_PYTHON = [3, 10];

const TEST_REQUIREMENTS = "test/requirements.txt";
const BENCH_REQUIREMENTS = "bench/requirements.txt";
/** Compile from source: setup goes on without those that do not. */
const COMPILED_REQUIREMENTS = "bench/requirements-compiled.txt";

/** What a run needs that another does not: `npm start`, `npm test` (--tests), `npm run bench` (--bench). */
const GOALS = {
  start: [],
  tests: [TEST_REQUIREMENTS],
  bench: [TEST_REQUIREMENTS, BENCH_REQUIREMENTS, COMPILED_REQUIREMENTS],
};

/** What tests run beside tsgi: the command or file that shows it is there, and Debian's package. */
const TEST_PACKAGES = [
  { shows: "curl", name: "curl" },
  { shows: "ps", name: "procps" },
  { shows: "systemd-socket-activate", name: "systemd" },
  { shows: "nginx", name: "nginx" },
  { shows: "wrk", name: "wrk" },
  { shows: "uwsgi", name: "uwsgi" },
  { shows: "/usr/lib/uwsgi/plugins/python3_plugin.so", name: "uwsgi-plugin-python3" },
  { shows: "zsh", name: "zsh" },
  { shows: "fish", name: "fish" },
];

/** What the compiled peers are built with. */
const BENCH_PACKAGES = [
  { shows: "cc", name: "gcc" },
  { shows: "/usr/include/ev.h", name: "libev-dev" },
  { shows: "/usr/include/python3.11/Python.h", name: "python3-dev" },
];

const PIP_INSTALL = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];

class SetupError extends Error {}

main();

function main() {
  const goal = process.argv.includes("--bench")
    ? "bench"
    : process.argv.includes("--tests")
      ? "tests"
      : "start";
  if (isDone(goal)) return;
  try {
    installNodePackages();
    if (goal === "start") {
      findPython(OLDEST_PYTHON);
    } else {
      installSystemPackages(goal === "bench" ? [...TEST_PACKAGES, ...BENCH_PACKAGES] : TEST_PACKAGES);
      makeVirtualEnvironment();
      step("Python packages", () => pipInstall([TEST_REQUIREMENTS]));
      if (goal === "bench") installPeers();
    }
    writeFileSync(STAMP, JSON.stringify({ ...readStamp(), start: stampOf("start"), [goal]: stampOf(goal) }));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`setup: ${error.message}`);
    process.exitCode = 1;
  }
}

/** Changes when something changes that a goal is set up from. */
function stampOf(goal) {
  return hashOf(["package-lock.json", "scripts/setup.mjs", ...GOALS[goal]]);
}

function isDone(goal) {
  if (!existsSync(OWN_NODE) || readStamp()[goal] !== stampOf(goal)) return false;
  return goal === "start" || existsSync(VENV_PYTHON);
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, "utf8"));
  } catch {
    return {}; // none yet, or one of another version
  }
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) {
    const path = join(ROOT, file);
    hash.update(`${file}\0`).update(existsSync(path) ? readFileSync(path) : "");
  }
  return hash.digest("hex");
}

function installNodePackages() {
  if (!nodePackagesAreCurrent()) {
    step("npm packages", () => {
      const cli = process.env.npm_execpath ?? "";
      const [command, ...before] = cli.endsWith("npm-cli.js") ? [process.execPath, cli] : ["npm"];
      run(command, [...before, "ci", "--include=dev", "--no-audit", "--no-fund"]);
    });
  }
  const version = outputOf(OWN_NODE, ["--version"]);
  if (version === null || !/^v24\./.test(version)) {
    throw new SetupError(
      `${OWN_NODE} is ${version ?? "missing"}, but Node 24 is wanted. The npm package "node" brings it in its install ` +
        `script: run "npm config get ignore-scripts" (false is wanted), then "npm rebuild node"`,
    );
  }
}

/** Whether node_modules holds what package-lock.json names, so that an `npm install` is not repeated. */
function nodePackagesAreCurrent() {
  const installed = join(ROOT, "node_modules/.package-lock.json");
  if (!existsSync(installed) || outputOf(OWN_NODE, ["--version"]) === null) return false;
  const found = JSON.parse(readFileSync(installed, "utf8")).packages;
  const wanted = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    return (
      path === "" || (optional === true && found[path] === undefined) || found[path]?.version === version
    );
  });
}

/** The first of the machine's Pythons that is new enough. */
function findPython(oldest) {
  const seen = [];
  for (const name of ["python3", ...[14, 13, 12, 11, 10, 9, 8].map((minor) => `python3.${minor}`)]) {
    const version = outputOf(name, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
    if (version === null) continue;
    const [major, minor] = version.split(".").map(Number);
    if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return name;
    seen.push(`${name} is ${version}`);
  }
  const found = seen.length === 0 ? "none was found on PATH" : seen.join(", ");
  throw new SetupError(
    `Python ${oldest.join(".")} or later is wanted: ${found}. On Debian: apt-get install python3`,
  );
}

function installSystemPackages(packages) {
  const missing = packages.filter(({ shows }) => !isThere(shows)).map(({ name }) => name);
  if (missing.length === 0) return;
  const command = `apt-get install ${missing.join(" ")}`;
  if (canUseApt()) return aptInstall(missing);
  const message = `some tests and measurements need ${missing.join(", ")}; as root: ${command}`;
  if (process.env.CI) throw new SetupError(message);
  console.error(`setup: ${message}`);
}

function isThere(command) {
  if (command.startsWith("/")) return existsSync(command);
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, command)));
}

function canUseApt() {
  return process.getuid?.() === 0 && isThere("apt-get");
}

function aptInstall(packages) {
  step(`system packages: ${packages.join(", ")}`, () => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    // Tests start nginx and uwsgi themselves: the packages must not start them as services.
    const policy = "/usr/sbin/policy-rc.d";
    const isOurs = !existsSync(policy);
    if (isOurs) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
    try {
      run("apt-get", ["update", "-q"], env);
      run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], env);
    } finally {
      if (isOurs) rmSync(policy);
    }
  });
}

function makeVirtualEnvironment() {
  const python = findPython(OLDEST_TEST_PYTHON);
  if (outputOf(VENV_PYTHON, ["-m", "pip", "--version"]) === null) {
    if (outputOf(python, ["-c", "import ensurepip, venv"]) === null) bringEnsurepip(python);
    rmSync(VENV, { recursive: true, force: true });
    step(`virtual environment .venv (${python})`, () => run(python, ["-m", "venv", VENV]));
  }
}

function installPeers() {
  step("peers for the bench", () => pipInstall([BENCH_REQUIREMENTS]));
  const lines = readFileSync(join(ROOT, COMPILED_REQUIREMENTS), "utf8").split("\n");
  for (const name of lines.filter((line) => line !== "" && !line.startsWith("#"))) {
    try {
      step(name, () => run(VENV_PYTHON, [...PIP_INSTALL, name]));
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      const first = error.message.split("\n").find((line) => /error:/i.test(line)) ?? "";
      console.log(`setup: ${name} could not be built, the bench goes on without it. ${first.trim()}`);
    }
  }
}

/** Debian takes ensurepip out of python3 and into a package of its own. */
function bringEnsurepip(python) {
  if (canUseApt()) aptInstall(["python3-venv"]);
  if (outputOf(python, ["-c", "import ensurepip, venv"]) !== null) return;
  throw new SetupError(
    `${python} cannot make a virtual environment. On Debian, as root: apt-get install python3-venv`,
  );
}

function pipInstall(files) {
  run(VENV_PYTHON, [...PIP_INSTALL, ...files.flatMap((file) => ["-r", file])]);
}

/** Says what it does before, and how long it took after. */
function step(name, action) {
  const start = Date.now();
  console.log(`setup: ${name} …`);
  action();
  console.log(`setup: ${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

function run(command, args, env = process.env) {
  const done = spawnSync(command, args, { cwd: ROOT, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (done.status === 0) return;
  const said = shorten(`${done.stdout ?? ""}${done.stderr ?? ""}`.trim().split("\n")).join("\n  ");
  const how = done.error ? done.error.message : `exit code ${done.status ?? done.signal}`;
  throw new SetupError(`${[command, ...args].join(" ")} failed: ${how}\n  ${said}`);
}

/** npm says what is wrong first, pip last. */
function shorten(lines) {
  return lines.length <= 40 ? lines : [...lines.slice(0, 20), "…", ...lines.slice(-20)];
}

/** What a command prints, or null where it cannot be run. */
function outputOf(command, args) {
  const done = spawnSync(command, args, { encoding: "utf8" });
  return done.status === 0 ? done.stdout.trim() : null;
}
