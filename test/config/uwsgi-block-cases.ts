import type { Case } from "./uwsgi-cases.ts";

const taken = (condition: string): string => `${condition}\na = [%(_)]\nendif =\nz = 1`;

export const blockCases: readonly Case[] = [
  { of: "if-env", ini: taken("if-env = HOME") },
  { of: "if-env of a variable that is not set", ini: taken("if-env = NOPE") },
  { of: "if-env with a value", ini: `${taken("if-env = HOME=/home/of")}\n${taken("if-env = HOME=/else")}` },
  {
    of: "if-not-env",
    ini: "if-not-env = NOPE\na = x%(_)\nendif =\nif-not-env = HOME=/else\nb = %(_)\nend-if =",
  },
  { of: "if-opt", ini: `x = 1\n${taken("if-opt = x")}\n${taken("if-opt = x=1")}\n${taken("if-opt = y")}` },
  { of: "if-opt of a repeated key", ini: `x = 1\nx = 2\n${taken("if-opt = x=2")}` },
  { of: "if-not-opt", ini: `x = 1\n${taken("if-not-opt = x=2")}\nif-not-opt = y\nb = 1\nendif =` },
  { of: "a condition that its own lines end", ini: "if-not-opt = a\na = 1\nb = 2\nendif =\nc = 3" },
  {
    of: "if-exists",
    ini: `${taken("if-exists = app.ini")}\n${taken("if-exists = nope")}\n${taken("ifexists = .")}`,
  },
  { of: "if-not-exists", ini: "if-not-exists = nope\na = %(_)\nendif" },
  {
    of: "if-file and if-dir",
    ini: `${taken("if-file = .")}\n${taken("if-dir = .")}\n${taken("ifdir = app.ini")}`,
  },
  { of: "if-not-file and if-not-dir", ini: `${taken("if-not-file = .")}\n${taken("if-not-dir = .")}` },
  { of: "if-directory", ini: taken("if-directory = .") },
  { of: "if-reload", ini: `${taken("if-reload =")}\n${taken("if-not-reload =")}` },
  { of: "if-hostname", ini: `${taken("if-hostname = no.such")}\n${taken("if-not-hostname = no.such")}` },
  {
    of: "if-hostname-match",
    ini: `${taken("if-hostname-match = .")}\n${taken("if-not-hostname-match = ^.")}`,
  },
  {
    of: "if-plugin",
    ini: `plugins = python3\n${taken("if-plugin = python")}\n${taken("if-plugin = nope")}\n${taken("if-not-plugin = nope")}`,
  },
  {
    of: "a condition with a placeholder, as it is written",
    ini: "x = app.ini\nif-exists = %(x)\na = 1\nendif =",
  },
  { of: "for", ini: "for = 1  2 3\na = %(_)-%(_)\nb = %(_)\nendfor =\nz = 1" },
  { of: "for with a placeholder, as it is written", ini: "w = x y\nfor = %(w)\na = %(_)\nend-for =" },
  { of: "for-times", ini: "for-times = 3\na = %(_)\nendfor =\nfor-times = no\nb = 1\nendfor" },
  {
    of: "for-glob",
    files: {
      "app.ini":
        "[uwsgi]\nfor-glob = *.x\na = %(_)\nendfor =\nfor-glob = d*\nb = %(_)\nendfor=\nfor-glob = no*\nc = %(_)\nend=\n",
      "q.x": "",
      "p.x": "",
      "d/e": "",
    },
  },
  {
    of: "for-readline",
    files: {
      "app.ini": "[uwsgi]\nfor-readline = l\na = %(_)\nendfor =\nfor-readline = nope\nb = 1\nend=\n",
      l: "one\ntwo \n\nx",
    },
  },
  { of: "set in a loop", ini: "for = 1 2\nset = s%(_)=%(_)\nendfor =\na = %(s1) %(s2)" },
  { of: "an end without a beginning", ini: "endif =\na = 1\nendfor =" },
  {
    of: "a block in a block that is not taken",
    ini: "if-env = NOPE\na = 1\nif-env = HOME\nb = 2\nendif =\nc = 1\nendif =\nd = 1",
  },
  {
    of: "files in a block",
    files: {
      "app.ini": "[uwsgi]\nif-env = HOME\ninclude = b.ini\nendif =\nz = 1\n",
      "b.ini": "[uwsgi]\nb = [%(_)]\nendif =\nc = 1\n",
    },
  },
  {
    of: "files in a loop",
    files: {
      "app.ini": "[uwsgi]\nfor = 1 2\nini = b%(_).ini\nendfor =\n",
      "b1.ini": "[uwsgi]\nb = 1\n",
      "b2.ini": "[uwsgi]\nb = %s\n",
    },
  },
  {
    of: "blacklist and whitelist",
    ini: "blacklist = a b\nc = 1\nend-blacklist =\na = 2\nwhitelist = c end-whitelist\nc = 2\nend-whitelist =\nd = 1",
  },
  {
    of: "a block in a block",
    ini: "if-env = HOME\nif-env = PATH\na = 1\nendif =",
    differs: {
      because: "both refuse it; tsgi reads on for further mistakes",
      lines: ["ini = app.ini", "if-env = HOME", "if-env = PATH", "a = 1", "endif ="],
    },
  },
  {
    of: "else",
    ini: "if-env = NOPE\na = 1\nelse =\nb = 1\nendif =\nif-env = HOME\nc = 1\nelse =\nd = 1\nendif =",
    differs: {
      because: "uWSGI 2.0 has no else and takes it for a key, later versions have",
      lines: [
        "ini = app.ini",
        "if-env = NOPE",
        "else =",
        "b = 1",
        "endif =",
        "if-env = HOME",
        "c = 1",
        "else =",
        "endif =",
      ],
    },
  },
  {
    of: "a flag of the command line in if-opt",
    ini: "if-opt = master\na = 1\nendif =",
    args: ["--master", "--ini", "app.ini"],
    differs: {
      because: "uWSGI does not see a flag without a value",
      lines: ["master = true", "ini = app.ini", "if-opt = master", "a = 1", "endif ="],
    },
  },
  {
    of: "an option of declare-option",
    ini: "declare-option = foo=bar=$1-$2;baz=1\nfoo = k v\nx = %(bar)",
    differs: {
      because: "uWSGI carries such options out at once and does not list them",
      lines: [
        "ini = app.ini",
        "declare-option = foo=bar=$1-$2;baz=1",
        "foo = k v",
        "bar = k-v",
        "baz = 1",
        "x = k-v",
      ],
    },
  },
  {
    of: "an envdir",
    files: {
      "app.ini": "[uwsgi]\nearly-envdir = e\nx = $(FOO)\nif-env = FOO\ny = 1\nendif =\n",
      "e/FOO": " bar \n",
    },
    differs: {
      because: "the variables are handed on as env lines",
      lines: [
        "ini = app.ini",
        "envdir = e",
        "env = FOO= bar",
        "x =  bar",
        "if-env = FOO",
        "y = 1",
        "endif =",
      ],
    },
  },
];
