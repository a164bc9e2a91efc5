/**
 * Every test: builds dist/ (some tests run what is published), then the tests in TypeScript,
 * then those in Python under each interpreter of the machine. Arguments narrow the first: npm test is without.
 */

import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { interpreters } from "../test/support/pythons.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MINUTE = 60_000;
const WHOLE_RUN = 13 * MINUTE;
/** Also holds for a whole file. */
const ONE_TEST = 5 * MINUTE;

interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
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
  const python =
    chosen.length === 0 && globSync("test/python/test_*.py", { cwd: ROOT }).length > 0 ? interpreters() : [];
  return [
    { name: "build", command: "node_modules/.bin/tsc", args: ["-p", "tsconfig.build.json"] },
    { name: "tests", command: process.execPath, args: [...flags, ...files] },
    ...python.map(({ version, path }) => ({
      name: `Python ${version}`,
      env: { PYTHONPATH: `${ROOT}python`, PYTHONDONTWRITEBYTECODE: "1" },
      command: path,
      args: ["-m", "unittest", "discover", "-b", "-s", "test/python", "-t", "test/python"],
    })),
  ];
}

/** A process group of its own, so that what a hanging test started ends with it. */
function run({ command, args, env }: Part): Promise<boolean> {
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
    detached: true,
  });
  const kill = (why: string): void => {
    console.log(`== stopped: ${why}`);
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  const tooLong = `all tests together may take ${WHOLE_RUN / MINUTE} minutes`;
  const timer = setTimeout(kill, Math.max(deadline - Date.now(), 1), tooLong);
  process.once("SIGINT", kill);
  return new Promise((resolve) => {
    const end = (isGood: boolean): void => {
      clearTimeout(timer);
      process.off("SIGINT", kill);
      resolve(isGood);
    };
    child.on("error", (error) => {
      console.log(`${command} cannot be run: ${error.message}`);
      end(false);
    });
    child.on("close", (code) => end(code === 0));
  });
}
