/** The gate: types, lint, format, generated pages, and the Python side. All at once, each with its time. */

import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PYTHON_TOOLS = join(ROOT, ".venv/bin");
/** Where our Python is; what is not there yet is left out. */
const PYTHON_FOLDERS = ["python", "test", "examples", "bench"].filter(hasPython);

const checks: readonly Check[] = [
  { name: "types", command: "node_modules/.bin/tsc", args: ["--noEmit", "-p", "tsconfig.json"] },
  { name: "biome", command: "node_modules/.bin/biome", args: ["check", "--error-on-warnings"] },
  { name: "generated pages", command: process.execPath, args: ["scripts/generate-docs.ts", "--check"] },
  ...pythonChecks(),
];

const results = await Promise.all(checks.map(run));
if (!results.every(Boolean)) process.exitCode = 1;

function pythonChecks(): readonly Check[] {
  if (PYTHON_FOLDERS.length === 0) return [];
  if (!existsSync(join(PYTHON_TOOLS, "ruff"))) {
    console.log("python: not checked, there is no .venv (node scripts/setup.mjs --tests makes it)");
    if (process.env["CI"]) process.exitCode = 1;
    return [];
  }
  const ruff = join(PYTHON_TOOLS, "ruff");
  return [
    { name: "ruff check", command: ruff, args: ["check", ...PYTHON_FOLDERS] },
    { name: "ruff format", command: ruff, args: ["format", "--check", ...PYTHON_FOLDERS] },
    { name: "mypy", command: join(PYTHON_TOOLS, "mypy"), args: ["--strict", "python/tsgi"] },
  ];
}

function hasPython(folder: string): boolean {
  const path = join(ROOT, folder);
  return (
    existsSync(path) && readdirSync(path, { recursive: true }).some((name) => String(name).endsWith(".py"))
  );
}

/** Whether the check found nothing; its output is shown only when it did. */
function run({ name, command, args }: Check): Promise<boolean> {
  const start = Date.now();
  const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve) => {
    const end = (how: string): void => {
      console.log(
        `${how === "ok" ? "ok    " : "FAILED"}  ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`,
      );
      if (how !== "ok") process.stdout.write(`${Buffer.concat(output).toString()}${how}\n`);
      resolve(how === "ok");
    };
    child.on("error", (error) => end(`${command} cannot be run: ${error.message}`));
    child.on("close", (code, signal) =>
      end(code === 0 ? "ok" : `${command}: ${signal ?? `exit code ${code}`}`),
    );
  });
}
