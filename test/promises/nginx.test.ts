/** Behind Debian's nginx, by each of its protocols and with its own files of parameters. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { everyCgiSocket, portOf } from "../support/cgi-client.ts";
import { skipUnless } from "../support/component.ts";
import { askThrough, hasNginx, type Nginx, openThrough, startNginx } from "../support/nginx.ts";
import { Folder, NODE, type RunningServer, startServer, TSGI, until } from "../support/start-server.ts";

const skip = skipUnless(hasNginx, "nginx");
const app = (name: string) => fileURLToPath(new URL(`../apps/${name}.py`, import.meta.url));

const STOCK = { uwsgi: "uwsgi_params", fastcgi: "fastcgi_params", scgi: "scgi_params" } as const;

/** All ways from nginx to the server; the unbuffered ones for everything that streams. */
function ways(server: RunningServer, unix: string): Record<string, string> {
  const passes: Record<string, string> = { proxy: `proxy_pass http://127.0.0.1:${server.port};` };
  for (const [name, params] of Object.entries(STOCK)) {
    const pass = `include /etc/nginx/${params}; ${name}_pass 127.0.0.1:${portOf(server, name)};`;
    passes[name] = pass;
    // Without it nginx 1.22 tells an SCGI server that only the beginning of a body comes.
    const streams = name === "scgi" ? "" : `${name}_request_buffering off;`;
    passes[`${name}-streaming`] = `${pass} ${streams} ${name}_buffering off;`;
  }
  passes["uwsgi-unix"] = `include /etc/nginx/uwsgi_params; uwsgi_pass unix:${unix};`;
  passes["fastcgi-kept"] = "include /etc/nginx/fastcgi_params; fastcgi_pass kept; fastcgi_keep_conn on;";
  return passes;
}

interface Site extends AsyncDisposable {
  readonly server: RunningServer;
  readonly nginx: Nginx;
  readonly names: readonly string[];
}

async function startSite(application: string, ...more: readonly string[]): Promise<Site> {
  const folder = new Folder();
  const unix = folder.file("app.sock");
  const server = await startServer([
    ...["--http", "127.0.0.1:0", "--socket", unix],
    ...everyCgiSocket,
    ...more,
    application,
  ]);
  await server.waitForLog(/^listening on fastcgi:/m);
  const passes = ways(server, unix);
  const kept = `upstream kept { server 127.0.0.1:${portOf(server, "fastcgi")}; keepalive 4; }`;
  const nginx = await startNginx(passes, kept);
  const end = async () => {
    await nginx[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  };
  return { server, nginx, names: Object.keys(passes), [Symbol.asyncDispose]: end };
}

type Environ = Readonly<Record<string, readonly [string, string]>>;

test("the environ behind nginx's stock parameters", { skip }, async (t) => {
  await using site = await startSite(app("environ_app"));
  for (const name of site.names)
    await t.test(name, async () => {
      const headers = { cookie: "a=1", "x-custom": "caf\xe9", authorization: "Basic eDp5" };
      const path = "/caf%C3%A9/%41%2Fb%20c?q=%20a&b";
      const { status, body } = await askThrough(site.nginx.socket(name), { path, headers });
      assert.equal(status, 200);
      const environ = JSON.parse(body.toString()) as Environ;
      const text = (key: string) => environ[key]?.[1];
      assert.equal(text("REQUEST_METHOD"), "GET");
      assert.equal(text("SCRIPT_NAME"), "");
      assert.equal(text("PATH_INFO"), "/caf\xc3\xa9/A/b c");
      assert.equal(text("QUERY_STRING"), "q=%20a&b");
      assert.equal(text("HTTP_COOKIE"), "a=1");
      assert.equal(text("HTTP_X_CUSTOM"), "caf\xe9");
      assert.equal(text("HTTP_AUTHORIZATION"), "Basic eDp5");
      assert.equal(text("wsgi.url_scheme"), "http");
      assert.notEqual(text("SERVER_NAME"), "");
      assert.notEqual(text("SERVER_PORT") ?? "", "");
      if (name !== "proxy") {
        assert.equal(text("REQUEST_URI"), path);
        assert.equal(text("HTTP_HOST"), "site.example");
      }
    });
});

const SIZE = 20_000_000;

test("uploads of 20 MB", { skip }, async (t) => {
  await using site = await startSite(app("input_app"), "--threads", "2");
  const body = bodyOf(SIZE);
  for (const name of site.names) {
    const socket = site.nginx.socket(name);
    const path = `/steps?${SIZE}&${encodeURIComponent('[["read"]]')}`;
    await t.test(`${name}: with a length`, async () => {
      assert.deepEqual(outcomesOf(await askThrough(socket, { path, body })), [["bytes", SIZE, true]]);
    });
    await t.test(`${name}: in chunks`, async () => {
      const pieces = Array.from({ length: 20 }, (_, at) =>
        body.subarray(at * 1_000_000, (at + 1) * 1_000_000),
      );
      assert.deepEqual(outcomesOf(await askThrough(socket, { path, body: pieces })), [["bytes", SIZE, true]]);
    });
    await t.test(`${name}: that the application does not read`, async () => {
      assert.equal((await askThrough(socket, { path: "/ignore", body })).status, 200);
    });
  }
});

function outcomesOf({ status, body }: { status: number; body: Buffer }): unknown {
  assert.equal(status, 200);
  return (JSON.parse(body.toString()) as { outcomes: unknown }).outcomes; // what input_app.py answers
}

/** The same as in input_app.py. */
function bodyOf(size: number): Buffer {
  const lines: Buffer[] = [];
  for (let total = 0, number = 0; total < size; number++) {
    const line = Buffer.from(`${"x".repeat((number * 7919) % 300)}\n`);
    lines.push(line);
    total += line.length;
  }
  return Buffer.concat(lines).subarray(0, size);
}

test("answers behind nginx", { skip }, async (t) => {
  await using site = await startSite(app("response_app"), "--threads", "4");
  const direct = await askThrough(site.server.port, { path: "/large?20000000&65536" });
  for (const name of site.names) {
    const socket = site.nginx.socket(name);
    await t.test(`${name}: a large one`, async () => {
      const { status, body } = await askThrough(socket, { path: "/large?20000000&65536" });
      assert.equal(status, 200);
      assert.ok(body.equals(direct.body));
    });
    await t.test(`${name}: a short one has its length`, async () => {
      const { headers, body } = await askThrough(socket, { path: "/list_of_one" });
      assert.deepEqual([headers["content-length"], body.toString()], ["4", "body"]);
    });
    await t.test(`${name}: to HEAD`, async () => {
      const { status, body } = await askThrough(socket, { path: "/list_of_one", method: "HEAD" });
      assert.deepEqual([status, body.length], [200, 0]);
    });
    await t.test(`${name}: without a body`, async () => {
      const headers = { "x-status": "304 Not Modified" };
      assert.equal((await askThrough(socket, { path: "/bodyless", headers })).status, 304);
    });
    await t.test(`${name}: one that falls short is not passed off as whole`, async () => {
      await assert.rejects(askThrough(socket, { path: "/too_short_stream" }), /aborted|hang up|ECONNRESET/);
    });
    await t.test(`${name}: a client that leaves ends the stream it was reading`, async () => {
      const path = `/close_generator?${name}`;
      const response = await openThrough(socket, { path, headers: { "x-accel-buffering": "no" } });
      await new Promise((resolve) => response.once("data", resolve));
      response.destroy();
      await site.server.waitForLog(new RegExp(`closed /close_generator\\?${name} `));
    });
  }
  assert.doesNotMatch(site.server.log, /a bug in tsgi/);
});

test("a body of which nginx announces only the beginning is refused, not cut short", { skip }, async () => {
  await using server = await startServer(["--scgi-socket", "127.0.0.1:0", app("input_app")]);
  await server.waitForLog(/^listening on scgi:/m);
  const pass = `include /etc/nginx/scgi_params; scgi_pass 127.0.0.1:${portOf(server, "scgi")};`;
  await using nginx = await startNginx({ off: `${pass} scgi_request_buffering off;` });
  const { status } = await askThrough(nginx.socket("off"), { path: "/careless", body: bodyOf(SIZE) });
  assert.equal(status, 400);
  await server.waitForLog(/SCGI from 127\.0\.0\.1:\d+: .*scgi_request_buffering must be on/);
});

test("each configuration of docs/behind-nginx.md serves as it stands", { skip }, async (t) => {
  using folder = new Folder();
  const unix = folder.file("site.sock");
  const server = await startServer([
    "--http",
    "127.0.0.1:0",
    "--socket",
    unix,
    ...everyCgiSocket,
    app("environ_app"),
  ]);
  await using _ = server;
  await server.waitForLog(/^listening on fastcgi:/m);
  const page = readFileSync(new URL("../../docs/behind-nginx.md", import.meta.url), "utf8");
  const ports = { 3031: "uwsgi", 9000: "fastcgi", 4000: "scgi", 8000: "http" };
  let text = page
    .replaceAll("/run/site/site.sock", unix)
    .replaceAll(/include (\w+);/g, "include /etc/nginx/$1;");
  for (const [port, name] of Object.entries(ports))
    text = text.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${portOf(server, name)}`);
  const blocks = [...text.matchAll(/```nginx\nlocation \/ \{\n(.*?)\n\}\n```/gs)].map(
    ([, inside]) => inside ?? "",
  );
  assert.equal(blocks.length, 5);
  await using nginx = await startNginx(Object.fromEntries(blocks.map((block, at) => [`block${at}`, block])));
  for (const at of blocks.keys())
    await t.test(blocks[at]?.match(/\w+_pass \S+/)?.[0] ?? "", async () => {
      const { body } = await askThrough(nginx.socket(`block${at}`), { path: "/x" });
      assert.equal((JSON.parse(body.toString()) as Environ)["PATH_INFO"]?.[1], "/x");
    });
});

test("nginx keeps its FastCGI connections", { skip }, async () => {
  await using site = await startSite(app("response_app"));
  for (let round = 0; round < 20; round++) {
    const { status } = await askThrough(site.nginx.socket("fastcgi-kept"), { path: "/list_of_one" });
    assert.equal(status, 200);
  }
  assert.equal(connectionsOf(site.server), 1);
  await askThrough(site.nginx.socket("fastcgi"), { path: "/list_of_one" });
  await until("the other connection to end", () => connectionsOf(site.server) === 1);
});

function connectionsOf(server: RunningServer): number {
  const run = spawnSync(NODE, [TSGI, "ctl", "--pid", String(server.pid), "status", "--json"], {
    encoding: "utf8",
  });
  assert.equal(run.status, 0, run.stderr);
  // What `tsgi ctl status --json` prints.
  const status = JSON.parse(run.stdout) as { routers: readonly { connections: number }[] };
  return status.routers.reduce((sum, { connections }) => sum + connections, 0);
}

test("nginx goes to another server where this one says nothing", { skip }, async () => {
  await using server = await startServer(["--socket", "127.0.0.1:0", app("response_app")]);
  await server.waitForLog(/^listening on uwsgi:/m);
  const upstream = `upstream both { server 127.0.0.1:1; server 127.0.0.1:${portOf(server, "uwsgi")}; }`;
  const location = "include /etc/nginx/uwsgi_params; uwsgi_pass both; uwsgi_next_upstream error timeout;";
  await using nginx = await startNginx({ both: location }, upstream);
  for (let round = 0; round < 3; round++)
    assert.equal((await askThrough(nginx.socket("both"), { path: "/list_of_one" })).status, 200);
});
