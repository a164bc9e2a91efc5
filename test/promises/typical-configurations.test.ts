/**
 * What people run, as files in test/typical. Each runs from a copy that differs in two things: it listens on a free
 * port, and what it writes below /tmp is in the folder of the test.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Folder, NODE, type RunningServer, startServer, TSGI, until } from "../support/start-server.ts";

interface Typical {
  readonly words: readonly string[];
  /** Options of which it is said that they do nothing yet, and keys that are no options. */
  readonly warnsOf: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly log?: string;
  readonly path?: string;
}

/** The file's own sockets are for a web server in front. */
const HTTP = ["--http", "127.0.0.1:0"];

const typical: readonly Typical[] = [
  { words: ["01-minimal.ini"], warnsOf: [] },
  { words: ["02-behind-nginx.ini", ...HTTP], warnsOf: [] },
  {
    words: ["03-django-classic.ini", ...HTTP],
    warnsOf: ["static-map", "stats", "log-maxsize"],
    log: "site-uwsgi.log",
  },
  {
    words: ["04-container.ini"],
    environment: { PORT: "0", WEB_PROCS: "2" },
    warnsOf: ["memory-report"],
  },
  { words: ["05-sections.ini", ...HTTP], warnsOf: [] },
  { words: ["05-sections.ini:dev", ...HTTP], warnsOf: [] },
  { words: ["05-sections.ini:local"], warnsOf: [] },
  {
    words: ["06-placeholders-mount.ini", ...HTTP],
    warnsOf: ["stats", "log-backupname", "log-maxsize"],
    log: "06-placeholders-mount.log",
    path: "/site/",
  },
  {
    words: ["07-strict-recycling.ini", ...HTTP],
    warnsOf: [],
  },
  {
    words: ["08-env-logic.ini"],
    environment: { APP_PROCESSES: "2", APP_TIMEOUT: "20", APP_QUIET: "true" },
    warnsOf: ["check-static"],
  },
  {
    words: ["09-json-logs-routes.ini"],
    warnsOf: [
      ...["stats", "stats-http", "memory-report", "add-header", "route", "logger", "log-route"],
      ...["log-encoder", "logformat-strftime", "logformat"],
    ],
  },
  {
    words: ["10-static-cache.ini"],
    warnsOf: ["add-header", "static-map", "static-expires", "static-gzip-all", "cache2"],
  },
  {
    words: ["11-background-jobs.ini"],
    warnsOf: [
      ...["spooler", "spooler-processes", "spooler-frequency", "spooler-harakiri", "spooler-quiet"],
      ...["mule", "locks", "cache2", "cron", "log-reopen"],
      ...["log-maxsize", "site_config", "timeout_per_page"],
    ],
  },
  {
    words: ["vassals/site.ini", ...HTTP],
    warnsOf: ["static-map", "static-expires"],
  },
  { words: ["12b.yaml"], warnsOf: ["static-map"] },
  { words: ["12c.xml", ...HTTP], warnsOf: [] },
  { words: ["12d.json"], warnsOf: [] },
  {
    words: ["gunicorn", "wsgi:app"],
    environment: { PORT: "0", WEB_CONCURRENCY: "2" },
    warnsOf: [...["access_log_format"]],
  },
];

for (const one of typical) {
  const name = one.words.filter((word) => !HTTP.includes(word)).join(" ");

  test(`${name} serves its application, and leaves nothing behind`, async () => {
    using folder = copyOfAll();
    const { environment = {}, words, path = "/" } = one;
    await using server = await startServer(words, {
      ...{ cwd: folder.path, environment, withoutListener: true, withoutWaiting: true },
    });
    const url = await untilListening(server, one.log === undefined ? null : folder.file(one.log));
    const response = await fetch(`${url}${path}`, { headers: { connection: "close" } });
    assert.equal(`${response.status} ${await response.text()}`, "200 ok\n");
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    await server.untilGone();
    assert.deepEqual(globSync("{*.sock,*.pid,tmp/*.sock,tmp/*.pid}", { cwd: folder.path }), []);
  });

  test(`tsgi check ${name} warns of what is missing, and of nothing else`, () => {
    using folder = copyOfAll();
    const { entries, warnings, exit } = check(one, folder);
    const warned = entries.filter(({ severity }) => severity === "warning");
    assert.deepEqual([...new Set(warned.map(({ key }) => key))].sort(), [...one.warnsOf].sort());
    assert.equal(warnings.length, warned.length);
    assert.equal(exit, one.warnsOf.length === 0 ? 0 : 1);
  });
}

test("12-emperor.ini is refused: this version runs one instance", () => {
  using folder = copyOfAll();
  const { exit, problems } = check({ words: ["12-emperor.ini"], warnsOf: [] }, folder);
  assert.equal(exit, 2);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /^12-emperor\.ini:2: emperor: is not in this version/);
});

const source = fileURLToPath(new URL("../typical", import.meta.url));

function copyOfAll(): Folder {
  const folder = new Folder();
  cpSync(source, folder.path, { recursive: true });
  for (const file of globSync("**/*.{ini,yaml,xml,json}", { cwd: folder.path })) {
    const text = readFileSync(folder.file(file), "utf8");
    const changed = text.replaceAll("/tmp", folder.path).replace(/:(8000|8001|3031|8080|8181|5000)\b/g, ":0");
    writeFileSync(folder.file(file), changed);
  }
  return folder;
}

/** The announcement of the listener is in the server's output, or in the log that the file names. */
async function untilListening(server: RunningServer, path: string | null): Promise<string> {
  const log = () => (path !== null && existsSync(path) ? readFileSync(path, "utf8") : server.log);
  const announced = () => /^(?:.* )?(?:listening on|Listening at:) (http:\S+)/m.exec(log())?.[1];
  const hasEnded = { now: false };
  void server.exit.then(() => {
    hasEnded.now = true;
  });
  await until("a listener", () => announced() !== undefined || hasEnded.now, log);
  return (announced() ?? assert.fail(log())).replace("//0.0.0.0:", "//127.0.0.1:");
}

interface Report {
  readonly entries: readonly { readonly key: string; readonly severity: string }[];
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
  readonly exit: number;
}

function check({ words, environment }: Typical, folder: Folder): Report {
  const ended = spawnSync(NODE, [TSGI, "check", "--json", ...words], {
    cwd: folder.path,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  // What `tsgi check --json` prints.
  const report = JSON.parse(ended.stdout) as Report;
  assert.equal(ended.status, report.exit);
  return report;
}
