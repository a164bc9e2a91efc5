import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { NODE, TSGI } from "../support/start-server.ts";

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** bin/tsgi.js to its end, with nothing of uWSGI or Gunicorn in the environment but what is given. */
export function runTsgi(args: readonly string[], { cwd, environment = {} }: RunOptions = {}): Ran {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(UWSGI_|GUNICORN_)/.test(name));
  const env = { ...Object.fromEntries(inherited), ...environment };
  return spawnSync(NODE, [TSGI, ...args], {
    encoding: "utf8",
    timeout: 30_000,
    env,
    ...(cwd ? { cwd } : {}),
  });
}

/** A folder with these files; to be removed with `using`. */
export function folderWith(files: Readonly<Record<string, string>>): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "tsgi-cli-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
