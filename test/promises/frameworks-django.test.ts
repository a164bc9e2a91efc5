import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { Browser } from "../support/browser.ts";
import { curl } from "../support/curl.ts";
import { example, HOME, ways } from "../support/framework-server.ts";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

const PASSWORD = "correct horse battery staple";

const folder = new Folder();
const environment = { DATABASE: folder.file("db.sqlite3"), MEDIA: folder.file("media") };

before(() => {
  manage(["migrate", "--no-input"]);
  manage(["createsuperuser", "--no-input", "--username", "admin", "--email", "admin@example.org"]);
});
after(() => folder[Symbol.dispose]());

function manage(args: readonly string[]): void {
  const env = { ...process.env, ...environment, DJANGO_SUPERUSER_PASSWORD: PASSWORD };
  const run = spawnSync(`${HOME}/bin/python`, ["-B", example("django/manage.py"), ...args], {
    env,
    encoding: "utf8",
  });
  assert.equal(run.status, 0, run.stderr);
}

function startDjango(args: readonly string[]): Promise<RunningServer> {
  const variables = Object.entries({ ...environment, PYTHONDONTWRITEBYTECODE: "1" });
  return startServer([
    ...["--home", HOME, "--chdir", example("django"), "--module", "mysite.wsgi:application"],
    ...variables.flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...args,
  ]);
}

test("Django", async (t) => {
  for (const [way, args] of Object.entries(ways)) {
    await t.test(way, async (each) => {
      await using server = await startDjango(args);
      for (const [name, check] of Object.entries(checks)) await each.test(name, () => check(server));
      assert.doesNotMatch(server.log, /Traceback/);
    });
  }
});

async function logIn(server: RunningServer, password: string): Promise<{ browser: Browser; page: Response }> {
  const browser = new Browser(server.url);
  const form = await browser.get("/admin/");
  assert.equal(form.status, 200);
  assert.match(await form.text(), /Log in/);
  const page = await browser.post("/admin/login/?next=/admin/", { username: "admin", password });
  return { browser, page };
}

const checks: Record<string, (server: RunningServer) => Promise<void>> = {
  async "the list page"(server) {
    const response = await server.fetch("/");
    assert.equal(response.status, 200);
    assert.match(await response.text(), /<h1>Documents<\/h1>/);
    assert.equal(response.headers.get("x-frame-options"), "DENY");
  },

  async "admin: a wrong password is refused, the right one lets in, for as long as the session lasts"(
    server,
  ) {
    const refused = await logIn(server, "wrong");
    assert.equal(refused.page.status, 200);
    assert.match(await refused.page.text(), /enter the correct username and password/);
    assert.equal(refused.browser.cookies.has("sessionid"), false);

    const { browser, page } = await logIn(server, PASSWORD);
    assert.match(await page.text(), /Site administration/);
    assert.equal(browser.cookies.has("sessionid"), true);
    for (let visit = 0; visit < 6; visit += 1) {
      assert.match(
        await (await browser.get("/admin/documents/document/")).text(),
        /Select document to change/,
      );
    }
    assert.match(await (await browser.post("/admin/logout/", {})).text(), /Logged out/);
    assert.match(await (await browser.get("/admin/")).text(), /Log in/);
  },

  async "a form without the token against forgery is refused"(server) {
    const response = await server.fetch("/upload/", {
      method: "POST",
      body: new URLSearchParams({ title: "x" }),
    });
    assert.equal(response.status, 403);
  },

  async "a file that is uploaded is listed and comes back byte for byte"(server) {
    const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 31) % 253));
    const browser = new Browser(server.url);
    await (await browser.get("/upload/")).text();
    const title = `report ${server.port}`;
    const page = await browser.post("/upload/", { title, file: new File([content], "report.bin") });
    assert.equal(page.status, 200);
    const listed = new RegExp(`<a href="(/documents/\\d+/)">${title}</a>`).exec(await page.text());
    const download = await browser.get(listed?.[1] ?? "");
    assert.match(download.headers.get("content-disposition") ?? "", /attachment/);
    assert.equal(download.headers.get("content-length"), String(content.length));
    assert.ok(Buffer.from(await download.arrayBuffer()).equals(content));
  },

  async "a form that is not right comes back with what is wrong"(server) {
    const browser = new Browser(server.url);
    await (await browser.get("/upload/")).text();
    const page = await browser.post("/upload/", { title: "no file" });
    assert.equal(page.status, 400);
    assert.match(await page.text(), /This field is required/);
  },

  async "a session in the database counts on, whichever process answers"(server) {
    const browser = new Browser(server.url);
    for (const visits of [1, 2, 3, 4, 5]) {
      assert.deepEqual(await (await browser.get("/visits/")).json(), { visits });
    }
  },

  async "a streamed response arrives whole"(server) {
    const wanted = [
      "number,title",
      ...Array.from({ length: 30_000 }, (_, index) => `${index + 1},invented`),
      "",
    ];
    const sum = createHash("sha256").update(wanted.join("\r\n")).digest("hex");
    const text = await curl(`${server.url}/documents.csv?lines=30000`);
    assert.equal(createHash("sha256").update(text, "latin1").digest("hex"), sum);
  },

  async "what is not there is 404, a path without its slash is redirected"(server) {
    assert.equal((await server.fetch("/no/such/page/")).status, 404);
    assert.equal((await server.fetch("/documents/999999/")).status, 404);
    const redirect = await server.fetch("/upload", { redirect: "manual" });
    assert.equal(redirect.status, 301);
    assert.equal(redirect.headers.get("location"), "/upload/");
  },

  async "the admin's style sheet comes as a file"(server) {
    const response = await server.fetch("/static/admin/css/base.css");
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /text\/css/);
    assert.equal(String((await response.text()).length), response.headers.get("content-length"));
  },
};
