/**
 * Every test: builds dist/ (some tests run what is published), then the tests in TypeScript,
 * then those in Python under each interpreter of the machine. Arguments narrow the first: npm test is without.
 */

import { spawn } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { interpreters } from "../test/support/pythons.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MINUTE = 60_000;
const WHOLE_RUN = 13 * MINUTE;
const ONE_TEST = 2 * MINUTE;

interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const deadline = Date.now() + WHOLE_RUN;
const failed: string[] = [];
for (const part of parts(process.argv.slice(2))) {
  const start = Date.now();
  console.log(`\n== ${part.name}`);
  const isGood = await run(part);
  console.log(`== ${part.name}: ${isGood ? "ok" : "FAILED"} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  if (!isGood) failed.push(part.name);
}
console.log(failed.length === 0 ? "\nAll tests passed" : `\nFailed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function parts(chosen: readonly string[]): readonly Part[] {
  const files = chosen.length > 0 ? chosen : globSync("test/**/*.test.ts", { cwd: ROOT }).sort();
  const flags = ["--test", "--test-concurrency=2", `--test-timeout=${ONE_TEST}`, "--test-reporter=spec"];
  const python = existsSync(`${ROOT}/test/python`) && chosen.length === 0 ? interpreters() : [];
  return [
    { name: "build", command: "node_modules/.bin/tsc", args: ["-p", "tsconfig.build.json"] },
    { name: "tests", command: process.execPath, args: [...flags, ...files] },
    ...python.map(({ version, path }) => ({
      name: `Python ${version}`,
      command: path,
      args: ["-W", "error", "-m", "unittest", "discover", "-b", "-s", "test/python", "-t", "test/python"],
    })),
  ];
}

/** A process group of its own, so that what a hanging test started ends with it. */
function run({ command, args }: Part): Promise<boolean> {
  const env = { ...process.env, PYTHONPATH: `${ROOT}python`, PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env,
    detached: true,
  });
  const timer = setTimeout(
    () => {
      console.log(`== stopped: all tests together may take ${WHOLE_RUN / MINUTE} minutes`);
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    },
    Math.max(deadline - Date.now(), 1),
  );
  return new Promise((resolve) => {
    child.on("error", (error) => {
      clearTimeout(timer);
      console.log(`${command} cannot be run: ${error.message}`);
      resolve(false);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}
