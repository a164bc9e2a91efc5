/** The same Django project gives the same pages directly, behind nginx, behind uWSGI's router, and on uWSGI itself. */

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { everyCgiSocket, portOf } from "../support/cgi-client.ts";
import { skipUnless } from "../support/component.ts";
import { example, HOME } from "../support/framework-server.ts";
import { type Asked, askThrough, type Got, hasNginx, type Nginx, startNginx } from "../support/nginx.ts";
import { Folder, type RunningServer, startServer, until } from "../support/start-server.ts";

const UWSGI = "/usr/bin/uwsgi";
const skip = skipUnless(hasNginx && existsSync(UWSGI), "nginx or uWSGI");

const folder = new Folder();
const environment = {
  DATABASE: folder.file("db.sqlite3"),
  MEDIA: folder.file("media"),
  PYTHONDONTWRITEBYTECODE: "1",
};
const ended: (() => Promise<unknown>)[] = [];
let server: RunningServer;
let nginx: Nginx;

before(async () => {
  if (skip !== false) return;
  const env = { ...process.env, ...environment };
  const run = spawnSync(`${HOME}/bin/python`, ["-B", example("django/manage.py"), "migrate", "--no-input"], {
    env,
  });
  assert.equal(run.status, 0, String(run.stderr));
  server = await startServer([
    ...["--home", HOME, "--chdir", example("django"), "--module", "mysite.wsgi:application"],
    ...Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...["--http", "127.0.0.1:0", "--socket", folder.file("unix.sock")],
    ...everyCgiSocket,
  ]);
  await server.waitForLog(/^listening on fastcgi:/m);
  const uwsgi = `127.0.0.1:${portOf(server, "uwsgi")}`;
  await startUwsgi("router", ["--plugin", "http", "--http", folder.file("router.sock"), "--http-to", uwsgi]);
  const application = ["--home", HOME, "--chdir", example("django"), "--module", "mysite.wsgi:application"];
  await startUwsgi("real", ["--plugin", "python3", "--socket", folder.file("real.sock"), ...application]);
  const params = (name: string) => `include /etc/nginx/${name};`;
  nginx = await startNginx({
    "uwsgi-tcp": `${params("uwsgi_params")} uwsgi_pass ${uwsgi};`,
    "uwsgi-unix": `${params("uwsgi_params")} uwsgi_pass unix:${folder.file("unix.sock")};`,
    fastcgi_pass: `${params("fastcgi_params")} fastcgi_pass 127.0.0.1:${portOf(server, "fastcgi")};`,
    scgi_pass: `${params("scgi_params")} scgi_pass 127.0.0.1:${portOf(server, "scgi")};`,
    proxy_pass: `proxy_pass http://127.0.0.1:${server.port}; proxy_set_header Host $host;`,
    "to-uwsgi": `${params("uwsgi_params")} uwsgi_pass unix:${folder.file("real.sock")};`,
  });
});

after(async () => {
  for (const end of [
    ...ended,
    async () => nginx?.[Symbol.asyncDispose](),
    async () => server?.[Symbol.asyncDispose](),
  ])
    await end();
  folder[Symbol.dispose]();
});

/** Debian's, until its socket is there. */
async function startUwsgi(name: string, args: readonly string[]): Promise<void> {
  const child: ChildProcess = spawn(UWSGI, [...args, "--master", "--die-on-term"], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const gone = new Promise((resolve) => child.once("close", resolve));
  ended.push(async () => {
    child.kill("SIGTERM");
    await gone;
  });
  const isReady = () => existsSync(folder.file(`${name}.sock`)) && /spawned uWSGI/.test(output);
  await until(`uWSGI (${name})`, isReady, () => output);
}

const PAGES: readonly Asked[] = [
  { path: "/" },
  { path: "/", method: "HEAD" },
  { path: "/?q=%C3%A9+x&q=%26" },
  { path: "/admin/login/?next=/admin/" },
  { path: "/upload/" },
  { path: "/upload" },
  { path: "/documents.csv?lines=30000" },
  { path: "/static/admin/css/base.css" },
  { path: "/static/admin/css/base.css", headers: { "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT" } },
  { path: "/no/such/caf%C3%A9/" },
  {
    path: "/upload/",
    body: Buffer.from("title=x"),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  },
];

/** What belongs to a connection or a moment, and what nginx writes itself. */
const OWN = [
  "date",
  "expires",
  "server",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "set-cookie",
  "content-length",
];

function comparable({ status, headers, body }: Got): unknown {
  const kept = Object.entries(headers).filter(([name]) => !OWN.includes(name));
  const text = body.toString("latin1").replaceAll(/(csrfmiddlewaretoken" value=")\w+/g, "$1");
  return { status, headers: Object.fromEntries(kept), body: text };
}

test("Django's pages are the same, byte for byte", { skip }, async (t) => {
  const wanted = await Promise.all(
    PAGES.map(async (page) => comparable(await askThrough(server.port, page))),
  );
  const others = [
    ...["uwsgi-tcp", "uwsgi-unix", "fastcgi_pass", "scgi_pass", "proxy_pass"].map(
      (name) => [name, nginx.socket(name)] as const,
    ),
    ["uWSGI's http router in front of a uwsgi socket", folder.file("router.sock")] as const,
    ["to-uwsgi", nginx.socket("to-uwsgi")] as const,
  ];
  for (const [name, where] of others)
    await t.test(name, async () => {
      for (const [at, page] of PAGES.entries()) {
        const got = comparable(await askThrough(where, page));
        assert.deepEqual(got, wanted[at], `${page.method ?? ""} ${page.path}`);
      }
    });
});

test("an upload of 20 MB through uWSGI's http router", { skip }, async () => {
  const body = Buffer.alloc(20_000_000, "x");
  const headers = { "content-type": "application/octet-stream" };
  const { status } = await askThrough(folder.file("router.sock"), { path: "/upload/", body, headers });
  assert.equal(status, 403); // read or not, Django's answer: no token against forgery
});
