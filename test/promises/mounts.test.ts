import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Folder, type RunningServer, startServer } from "../support/start-server.ts";

const folder = new Folder();

const source = (name: string) => `
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["|".join(["${name}", environ["SCRIPT_NAME"], environ["PATH_INFO"]]).encode("latin-1")]

def make():
    return application
`;

before(() => {
  for (const name of ["shop", "blog", "home"]) folder.write(`${name}.py`, source(name));
});
after(() => folder[Symbol.dispose]());

function start(args: readonly string[]): Promise<RunningServer> {
  return startServer(["--pythonpath", folder.path, ...args], { cwd: folder.path });
}

async function ask(server: RunningServer, path: string): Promise<string> {
  const response = await server.fetch(path);
  return response.ok ? await response.text() : String(response.status);
}

test("the longest prefix of the path chooses the application, and moves to SCRIPT_NAME", async () => {
  const mounts = [
    "--mount",
    "/shop=shop:application",
    "--mount",
    "/shop/blog=blog.py",
    "--mount",
    "/s/=shop:make()",
  ];
  await using server = await start(["--manage-script-name", ...mounts, "--module", "home"]);
  assert.equal(await ask(server, "/shop"), "shop|/shop|");
  assert.equal(await ask(server, "/shop/"), "shop|/shop|/");
  assert.equal(await ask(server, "/shop/a%20b"), "shop|/shop|/a b");
  assert.equal(await ask(server, "/shop/blog/1"), "blog|/shop/blog|/1");
  assert.equal(await ask(server, "/s/1"), "shop|/s|/1");
  assert.equal(await ask(server, "/shopping"), "home||/shopping");
  assert.equal(await ask(server, "/"), "home||/");
});

test("without an application of its own, the first mounted one answers the rest", async () => {
  const mounts = ["--mount", "/shop=shop", "--mount", "/blog=blog", "--callable", "application"];
  await using server = await start(["--manage-script-name", ...mounts]);
  assert.equal(await ask(server, "/blog/x"), "blog|/blog|/x");
  assert.equal(await ask(server, "/elsewhere"), "shop||/elsewhere");
});

test("with no-default-app the rest is 404", async () => {
  await using server = await start(["--manage-script-name", "--no-default-app", "--mount", "/shop=shop"]);
  assert.equal(await ask(server, "/shop/x"), "shop|/shop|/x");
  assert.equal(await ask(server, "/elsewhere"), "404");
});

test("without manage-script-name the path stays whole, as in uWSGI", async () => {
  await using server = await start(["--mount", "/shop=shop", "--mount", "/blog=blog"]);
  assert.equal(await ask(server, "/blog/x"), "shop||/blog/x");
});

test("without manage-script-name the first application answers, wherever it is mounted, as in uWSGI", async () => {
  await using server = await start(["--mount", "/shop=shop", "--mount", "/=home"]);
  assert.equal(await ask(server, "/shop/x"), "shop||/shop/x");
});

test("an application mounted at the root answers everything else", async () => {
  await using server = await start(["--manage-script-name", "--mount", "/=home", "--mount", "/blog=blog"]);
  assert.equal(await ask(server, "/blog/x"), "blog|/blog|/x");
  assert.equal(await ask(server, "/x"), "home||/x");
});

test("each application is imported once", async () => {
  folder.write("counted.py", `print("counted is imported")${source("counted")}`);
  const mounts = ["--mount", "/a=counted.py", "--mount", "/b=counted.py", "--mount", "/c=counted.py:make()"];
  await using server = await start(["--manage-script-name", ...mounts]);
  assert.equal(await ask(server, "/b/x"), "counted|/b|/x");
  assert.equal(server.log.match(/counted is imported/g)?.length, 1);
});
