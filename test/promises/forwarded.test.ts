/** Who the client is behind a proxy that says so in its headers: believed of trusted proxies only. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { skipUnless } from "../support/component.ts";
import { curl } from "../support/curl.ts";
import { askThrough, hasNginx, startNginx } from "../support/nginx.ts";
import { writeProbeApp } from "../support/probe-app.ts";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

type Environ = Readonly<Record<string, string>>;

const TOLD = {
  "X-Forwarded-For": "6.6.6.6, 192.0.2.1, 10.0.0.2",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "shop.example",
  "X-Forwarded-Port": "8443",
};

async function environOf(server: RunningServer, headers: Readonly<Record<string, string>>): Promise<Environ> {
  const { status, body } = await askThrough(server.port, { path: "/environ", headers });
  assert.equal(status, 200);
  return JSON.parse(body.toString()) as Environ; // what the probe application answers
}

function facts(environ: Environ): readonly (string | undefined)[] {
  const keys = ["REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT"];
  return keys.map((key) => environ[key]);
}

test("a trusted proxy names client, scheme, host and port", async () => {
  using folder = new Folder();
  await using server = await startServer([
    ...["--forwarded-allow-ips", "127.0.0.1, 10.0.0.0/8"],
    writeProbeApp(folder),
  ]);
  const environ = await environOf(server, TOLD);
  assert.deepEqual(facts(environ), ["192.0.2.1", "https", "shop.example", "shop.example", "8443"]);
  assert.equal(environ["REMOTE_PORT"], undefined);
  assert.equal(environ["HTTP_X_FORWARDED_FOR"], TOLD["X-Forwarded-For"]);
  await server.waitForLog(/worker 1 192\.0\.2\.1 "GET \/environ HTTP\/1\.1" 200/);
  const own = ["127.0.0.1", "http", "site.example", "127.0.0.1", String(server.port)];
  assert.deepEqual(facts(await environOf(server, {})), own);
  const forwarded =
    'for=6.6.6.6, for="[2001:db8::1]:7";proto=https;host="a.example:444", for=10.0.0.2;proto=http';
  const other = await environOf(server, { Forwarded: forwarded });
  assert.deepEqual(facts(other), ["2001:db8::1", "https", "a.example:444", "a.example", "444"]);
  assert.equal(other["REMOTE_PORT"], "7");
  const both = await environOf(server, {
    "X-Forwarded-For": "192.0.2.9",
    Forwarded: "for=6.6.6.6;proto=https",
  });
  assert.deepEqual(facts(both).slice(0, 2), ["192.0.2.9", "http"]);
});

test("each request on a connection has the client that it names", async () => {
  using folder = new Folder();
  await using server = await startServer(["--forwarded-allow-ips", "127.0.0.1", writeProbeApp(folder)]);
  const url = `http://127.0.0.1:${server.port}/environ`;
  const next = ["--next", "--silent"];
  const output = await curl(
    ...["-H", "X-Forwarded-For: 192.0.2.1", url, ...next],
    ...[url, ...next],
    ...["-H", "X-Forwarded-For: 192.0.2.2", "-d", "x".repeat(100_000), url],
  );
  const seen = [...output.matchAll(/"REMOTE_ADDR": "([^"]*)"/g)].map(([, address]) => address);
  assert.deepEqual(seen, ["192.0.2.1", "127.0.0.1", "192.0.2.2"]);
  await server.waitForLog(/192\.0\.2\.1 "GET.*\n.*127\.0\.0\.1 "GET.*\n.*192\.0\.2\.2 "POST/);
});

test("nobody else is believed, and without the option nobody is", async () => {
  using folder = new Folder();
  const app = writeProbeApp(folder);
  for (const trusted of [[], ["--forwarded-allow-ips", "10.0.0.0/8"]]) {
    await using server = await startServer([...trusted, app]);
    const own = ["127.0.0.1", "http", "site.example", "127.0.0.1", String(server.port)];
    assert.deepEqual(facts(await environOf(server, { ...TOLD, Forwarded: "for=6.6.6.6" })), own);
    await server.waitForLog(/worker 1 127\.0\.0\.1 "GET/);
  }
});

test("what a trusted proxy says and makes no sense is ignored, and logged once", async () => {
  using folder = new Folder();
  await using server = await startServer(["--forwarded-allow-ips", "127.0.0.1", writeProbeApp(folder)]);
  const own = ["127.0.0.1", "http", "site.example", "127.0.0.1", String(server.port)];
  for (let round = 0; round < 3; round++) {
    const nonsense = { "X-Forwarded-For": "a\tb", "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "a/b" };
    assert.deepEqual(facts(await environOf(server, { ...nonsense, "X-Forwarded-Port": "0" })), own);
    assert.deepEqual(facts(await environOf(server, { Forwarded: 'for="' })), own);
  }
  await server.waitForLog(/the proxy 127\.0\.0\.1 says of the client's address "a\\tb": ignored/);
  assert.equal(server.log.match(/says of/g)?.length, 1);
});

test("only the headers that the proxies set count", async () => {
  using folder = new Folder();
  await using server = await startServer([
    ...["--forwarded-allow-ips", "127.0.0.1", "--forwarded-headers", "x-forwarded-for"],
    writeProbeApp(folder),
  ]);
  const own = ["http", "site.example", "127.0.0.1", String(server.port)];
  const environ = await environOf(server, { ...TOLD, "X-Forwarded-For": "192.0.2.1" });
  assert.deepEqual(facts(environ), ["192.0.2.1", ...own]);
});

test("log-x-forwarded-for logs the header, whoever sends it, as one word", async () => {
  using folder = new Folder();
  await using server = await startServer(["--log-x-forwarded-for", writeProbeApp(folder)]);
  const environ = await environOf(server, { "X-Forwarded-For": '6.6.6.6, 192.0.2.1" 200' });
  assert.equal(environ["REMOTE_ADDR"], "127.0.0.1");
  await server.waitForLog(/worker 1 6\.6\.6\.6,192\.0\.2\.1200 "GET \/environ/);
});

test("behind nginx, also by a Unix socket", { skip: skipUnless(hasNginx, "nginx") }, async () => {
  using folder = new Folder();
  const unix = folder.file("app.sock");
  await using server = await startServer([
    ...["--http", "127.0.0.1:0", "--http", unix, "--forwarded-allow-ips", "127.0.0.1"],
    writeProbeApp(folder),
  ]);
  const headers = [
    ...["proxy_set_header Host $host;", "proxy_set_header X-Forwarded-For 192.0.2.7;"],
    ...["proxy_set_header X-Forwarded-Proto https;", 'proxy_set_header Forwarded "";'],
    ...["proxy_set_header X-Forwarded-Host $http_host;", "proxy_set_header X-Forwarded-Port 443;"],
  ].join(" ");
  await using nginx = await startNginx({
    tcp: `proxy_pass http://127.0.0.1:${server.port}; ${headers}`,
    unix: `proxy_pass http://unix:${unix}:; ${headers}`,
  });
  for (const name of ["tcp", "unix"]) {
    const asked = {
      path: "/environ",
      headers: { Forwarded: "for=6.6.6.6", "X-Forwarded-Host": "evil.example" },
    };
    const { body } = await askThrough(nginx.socket(name), asked);
    const environ = JSON.parse(body.toString()) as Environ; // what the probe application answers
    assert.deepEqual(facts(environ), ["192.0.2.7", "https", "site.example", "site.example", "443"]);
  }
});
