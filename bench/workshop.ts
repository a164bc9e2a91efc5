/**
 * What the bench works with on this machine: the interpreter that everyone uses, the versions,
 * the cores. uWSGI embeds the system's Python; where .venv has the same minor version, everybody
 * else runs on the system's as well, with the packages of .venv: builds of CPython differ by 10 %.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const SYSTEM_PYTHON = "/usr/bin/python3";
const VENV_PYTHON = `${ROOT}/.venv/bin/python`;
const MINOR = "import sys; print('%d.%d' % sys.version_info[:2])";

export interface Workshop {
  readonly python: string;
  readonly sitePackages: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly kernel: string;
}

export function openWorkshop(): Workshop {
  const minor = answer(VENV_PYTHON, "-c", MINOR);
  if (minor === null)
    throw new Error("There is no .venv to measure with: run `npm run setup -- --tests` first.");
  const python = answer(SYSTEM_PYTHON, "-c", MINOR) === minor ? SYSTEM_PYTHON : VENV_PYTHON;
  const sitePackages = `${ROOT}/.venv/lib/python${minor}/site-packages`;
  const environment = { PYTHONPATH: `${ROOT}/bench/apps:${sitePackages}`, TSGI_BUILD: "dist" };
  return { python, sitePackages, environment, versions: versions(python, environment) };
}

export function describeMachine(): Machine {
  return {
    processor: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    memoryGigabytes: Math.round(os.totalmem() / 2 ** 30),
    kernel: /^[\d.]+/.exec(os.release())?.[0] ?? os.release(),
  };
}

/** What a command prints, trimmed; null when it is not there or fails. */
export function answer(file: string, ...parameters: readonly string[]): string | null {
  try {
    return execFileSync(file, parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}

const PACKAGES = ["bjoern", "django", "flask", "gevent", "granian", "gunicorn", "gunicorn_h1c", "waitress"];
const PACKAGE_VERSIONS = `
import importlib.metadata as packages, sys
for name in sys.argv[1:]:
    try:
        print(name, packages.version(name))
    except packages.PackageNotFoundError:
        pass
`;

function versions(python: string, environment: Readonly<Record<string, string>>): Record<string, string> {
  const env = { ...process.env, ...environment };
  const lines = execFileSync(python, ["-c", PACKAGE_VERSIONS, ...PACKAGES], { encoding: "utf8", env });
  const packages = lines
    .trim()
    .split("\n")
    .map((line) => line.split(" ") as [string, string]);
  const tools: [string, string | null][] = [
    ["tsgi", (JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")) as { version: string }).version],
    ["node", process.versions.node],
    ["python", answer(python, "-c", "import platform; print(platform.python_version())")],
    ["uwsgi", answer("uwsgi", "--version")],
    ["nginx", firstVersion(answer("sh", "-c", "nginx -v 2>&1"))],
    ["wrk", firstVersion(answer("sh", "-c", "wrk -v || true"))],
  ];
  const known = [...tools, ...packages].filter((pair): pair is [string, string] => Boolean(pair[1]));
  return Object.fromEntries(known);
}

function firstVersion(text: string | null): string | null {
  return /\d+\.\d+[\w.+-]*/.exec(text ?? "")?.[0] ?? null;
}
