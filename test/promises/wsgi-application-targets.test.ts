import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { Folder, startServer } from "../support/start-server.ts";

const folder = new Folder();

/** An application that says where it is: its module, its callable's mark, and a part of its surroundings. */
const source = (mark: string) => `
import json, os, sys

def answer(text):
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        seen = {"mark": text, "module": __name__, "cwd": os.getcwd(), "prefix": sys.prefix,
                "path": sys.path, "variable": os.environ.get("VARIABLE")}
        return [json.dumps(seen).encode()]
    return application

application = answer("${mark} application")
other = answer("${mark} other")

class Holder:
    attribute = staticmethod(answer("${mark} attribute"))

def factory(*arguments, **named):
    return answer("${mark} factory " + repr(arguments) + repr(sorted(named.items())))
`;

interface Seen {
  readonly mark: string;
  readonly module: string;
  readonly cwd: string;
  readonly prefix: string;
  readonly path: readonly string[];
  readonly variable: string | null;
}

before(() => {
  folder.write("single.py", source("single"));
  folder.write("shop/__init__.py", "");
  folder.write("shop/wsgi.py", source("shop"));
  folder.write("library/needed.py", "VALUE = 7\n");
  folder.write("needs.py", `import needed\n${source("needs")}`);
  folder.write("only_app.py", `${source("only_app")}\napp = application\ndel application\n`);
});
after(() => folder[Symbol.dispose]());

async function seenBy(args: readonly string[], cwd = folder.path): Promise<Seen> {
  await using server = await startServer(args, { cwd });
  return (await (await server.fetch()).json()) as Seen;
}

const targets: readonly [args: readonly string[], mark: string, module: string][] = [
  [["single.py:other"], "single other", "single"],
  [["--wsgi-file", "single.py", "--callable", "other"], "single other", "single"],
  [["--wsgi-file", "single.py", "--callable", "Holder.attribute"], "single attribute", "single"],
  [["only_app.py"], "only_app application", "only_app"],
  [["single:application"], "single application", "single"],
  [["--module", "shop.wsgi:application"], "shop application", "shop.wsgi"],
  [["-w", "shop.wsgi", "--callable", "other"], "shop other", "shop.wsgi"],
  [["shop.wsgi:factory('x', 3, debug=True)"], "shop factory ('x', 3)[('debug', True)]", "shop.wsgi"],
  [["shop/wsgi.py:factory('x')"], "shop factory ('x',)[]", "wsgi"],
];
test("an application is named by file or module, with a callable, an attribute or a call", {
  concurrency: 2,
}, async (t) => {
  const served = targets.map(([args, mark, module]) =>
    t.test(`tsgi ${args.join(" ")}`, async () => {
      const seen = await seenBy(args);
      assert.equal(seen.mark, mark);
      assert.equal(seen.module, module);
    }),
  );
  await Promise.all(served);
});

test("--lazy-apps finds the same application, in the worker", async () => {
  const seen = await seenBy(["--lazy-apps", "--chdir", folder.path, "shop.wsgi:factory('x')"], "/");
  assert.equal(seen.mark, "shop factory ('x',)[]");
  assert.equal(seen.cwd, folder.path);
});

test("--chdir is where the application runs, and where its module is looked for", async () => {
  const seen = await seenBy(["--chdir", folder.path, "--module", "shop.wsgi:application"], "/");
  assert.equal(seen.cwd, folder.path);
  assert.equal(seen.mark, "shop application");
});

test("a file's own directory can be imported from, wherever the server was started", async () => {
  const seen = await seenBy([folder.file("shop/wsgi.py")], "/");
  assert.equal(seen.cwd, "/");
  assert.equal(seen.path[0], folder.file("shop"));
});

test("--pythonpath is searched, also by its short name", async () => {
  for (const name of ["--pythonpath", "--pp"]) {
    const seen = await seenBy([name, folder.file("library"), "needs.py"]);
    assert.ok(seen.path.includes(folder.file("library")));
  }
});

test("--env reaches the application, as the last one says", async () => {
  const seen = await seenBy(["--env", "VARIABLE=first", "--env", "VARIABLE=a=b c", "single.py"]);
  assert.equal(seen.variable, "a=b c");
});

test("--home, --virtualenv and -H use that environment's interpreter and packages", async (t) => {
  const home = folder.file("environment");
  const made = spawnSync("python3", ["-m", "venv", "--without-pip", home], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const where = spawnSync(
    `${home}/bin/python`,
    ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
    {
      encoding: "utf8",
    },
  );
  folder.write(`environment${where.stdout.trim().slice(home.length)}/needed.py`, "VALUE = 7\n");
  for (const args of [
    ["--home", home],
    ["--virtualenv", home],
    ["-H", home],
    ["-H", "environment"],
  ]) {
    await t.test(args.join(" "), async () => {
      const seen = await seenBy([...args, "needs.py"]);
      assert.equal(seen.mark, "needs application");
      assert.equal(seen.prefix, home);
    });
  }
});
