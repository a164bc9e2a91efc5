/** The package as npm packs it, installed: Node strips no types under node_modules, so it runs dist/. */

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};
const scratch = mkdtempSync(join(tmpdir(), "tsgi-installed-"));
const command = join(scratch, "node_modules/.bin/tsgi");

before(() => {
  run("npm", "run", "build");
  run("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", scratch);
  const installed = join(scratch, "node_modules/tsgi");
  mkdirSync(installed, { recursive: true });
  run("tar", "-xzf", join(scratch, "tsgi-0.1.0.tgz"), "--strip-components=1", "-C", installed);
  mkdirSync(join(scratch, "node_modules/.bin"));
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(scratch, "node_modules", name)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), join(scratch, "node_modules", name));
  }
  symlinkSync("../tsgi/bin/tsgi.js", command);
});

after(() => rmSync(scratch, { recursive: true }));

test("an installed package tells its version", () => {
  assert.match(run(process.execPath, command, "--version"), /^tsgi 0\.1\.0 /);
});

for (const [file, text] of [
  ["site.ini", "[uwsgi]\nprocesses = 3\n"],
  ["site.yaml", "uwsgi:\n  processes: 3\n"],
  ["site.xml", "<uwsgi><processes>3</processes></uwsgi>"],
  ["site.json", '{"uwsgi": {"processes": 3}}'],
] as const) {
  test(`an installed package reads ${file}`, () => {
    writeFileSync(join(scratch, file), text);
    const shown = run(
      process.execPath,
      command,
      "--show-config",
      "--no-server",
      "app:app",
      join(scratch, file),
    );
    assert.match(shown, /^processes = 3$/m);
  });
}

test("an installed package serves an application, and ends with exit code 0", async () => {
  writeFileSync(
    join(scratch, "app.py"),
    "def application(environ, start):\n    start('200 OK', [])\n    return [b'yes']\n",
  );
  const args = [command, "--http", "127.0.0.1:0", "app.py"];
  await using server = startServer(args);
  const response = await fetch(await server.url());
  assert.equal(await response.text(), "yes");
  assert.equal(await server.stop(), 0);
});

function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

function startServer(args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: scratch,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let output = "";
  const url = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.on("exit", () => reject(new Error(`ended before it listened:\n${output}`)));
  });
  const stop = async (): Promise<unknown> => {
    child.kill("SIGTERM");
    const [code] = await exited;
    return code;
  };
  return { url: () => url, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}
