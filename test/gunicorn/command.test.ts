import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { writeHelloApp } from "../support/hello-app.ts";
import { Folder, runToEnd } from "../support/start-server.ts";

interface Run {
  readonly argv: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly says: RegExp;
}

/** Each ends by itself, in a folder with app.py. */
const runs: Readonly<Record<string, Run>> = {
  "--check-config loads the application and ends": { argv: ["--check-config", "app"], code: 0, says: /^$/ },
  "--check-config calls no hook": {
    argv: ["--check-config", "app"],
    files: { "gunicorn.conf.py": "def on_starting(server):\n    print('starting')\n" },
    code: 0,
    says: /^$/,
  },
  "--check-config refuses an application that cannot be loaded": {
    argv: ["--check-config", "nowhere"],
    code: 1,
    says: /No module named nowhere/,
  },
  "--print-config prints what the file computes": {
    argv: ["--print-config", "app"],
    files: {
      "gunicorn.conf.py": "import os\nworkers = len('abc') * 2 + 1\nbind = [':' + os.environ['MY_PORT']]\n",
    },
    environment: { MY_PORT: "5001" },
    code: 0,
    says: /^bind += \[':5001'\]$[\s\S]*^workers += 7$/m,
  },
  "the file by -c python:module": {
    argv: ["-c", "python:conf.production", "--print-config", "app"],
    files: { "conf/__init__.py": "", "conf/production.py": "workers = 3\n" },
    code: 0,
    says: /^workers += 3$/m,
  },
  "a file by GUNICORN_CMD_ARGS": {
    argv: ["--print-config", "app"],
    files: { "my conf.py": "threads = '4'\n" },
    environment: { GUNICORN_CMD_ARGS: "-c 'my conf.py' -w 2" },
    code: 0,
    says: /^threads += 4$[\s\S]*^workers += 2$/m,
  },
  "a file that is named and missing": {
    argv: ["-c", "nope.py", "app"],
    code: 1,
    says: /^tsgi: error: cannot read the configuration file nope\.py: there is no such file$/m,
  },
  "a file that raises": {
    argv: ["app"],
    files: { "gunicorn.conf.py": "import os\nbind = os.environ['NOT_THERE']\n" },
    code: 1,
    says: /gunicorn\.conf\.py[\s\S]*NOT_THERE/,
  },
  "a user who is not there, with the line": {
    argv: ["app"],
    files: { "gunicorn.conf.py": "workers = 2\nuser = 'nosuch'\n" },
    code: 1,
    says: /^tsgi: error: gunicorn\.conf\.py:2: user: there is no user "nosuch"/m,
  },
  "all that is wrong, with lines": {
    argv: ["-w", "x", "app"],
    files: { "gunicorn.conf.py": "\nthreads = 'four'\n\nkeepalive = None\ntime_out = 3\n" },
    code: 2,
    says: /gunicorn\.conf\.py:5: time_out: .*timeout[\s\S]*:2: threads: cannot use 'four'[\s\S]*:4: keepalive: cannot use None[\s\S]*-w \(argument 2\)/,
  },
  "no application": { argv: [], code: 2, says: /^tsgi: error: no application is given: .*wsgi_app/ },
  "an unknown flag": {
    argv: ["--bnd", ":1", "app"],
    code: 2,
    says: /^tsgi: error: --bnd \(argument 1\): no such option \(did you mean --bind\?\)$/m,
  },
  "--help": { argv: ["--help"], code: 0, says: /^Usage: tsgi gunicorn [\s\S]*-w, --workers INT/ },
  "--version": { argv: ["-v"], code: 0, says: /^tsgi \d/ },
};

describe("tsgi gunicorn:", () => {
  for (const [name, { argv, files = {}, environment = {}, code, says }] of Object.entries(runs))
    test(name, async () => {
      using folder = new Folder();
      writeHelloApp(folder);
      for (const [path, text] of Object.entries(files)) folder.write(path, text);
      const { exit, output, leftBehind } = await runToEnd(["gunicorn", ...argv], {
        cwd: folder.path,
        environment,
        withoutListener: true,
      });
      assert.match(output, says);
      assert.deepEqual([exit.code, leftBehind], [code, []], output);
    });
});
