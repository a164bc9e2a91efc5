import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseIni } from "../../src/config/ini.ts";
import { skipUnless } from "../support/component.ts";
import { pairsOf, warningsOf } from "./reading.ts";

/** Each is read alike by uWSGI and by us. Names that are no option, so that nothing happens. */
const ALIKE: readonly (readonly [what: string, text: string, pairs: readonly string[]])[] = [
  ["blanks round key and value", "[uwsgi]\n a1 = 1\na2=2\na3   =3   \n", ["a1 = 1", "a2 = 2", "a3 = 3"]],
  ["tabs", "[uwsgi]\n\tb1\t=\tv w\t \n", ["b1 = v w"]],
  ["a key alone, and one without a value", "[uwsgi]\nc1\nc2=\nc3 = \n", ["c1 = ", "c2 = ", "c3 = "]],
  ["whole lines as comments", "[uwsgi]\n; d0 = 1\n\t# d1 = 1\n  ;d2\nd3 = 1\n", ["d3 = 1"]],
  ["no comments behind a value", "[uwsgi]\ne1 = x # y\ne2 = x ; y\n", ["e1 = x # y", "e2 = x ; y"]],
  ["a comment sign inside a key", "[uwsgi]\nf;1 = 2\n", ["f;1 = 2"]],
  ["the first equals sign parts", "[uwsgi]\ng1 = A=B=C\ng2==x\n", ["g1 = A=B=C", "g2 = =x"]],
  ["repeated keys", "[uwsgi]\nh1 = 1\nh2 = 2\nh1 = 3\n", ["h1 = 1", "h2 = 2", "h1 = 3"]],
  ["carriage returns", "[uwsgi]\r\ni1 = 1\r\ni2\r\ni3=\r\n", ["i1 = 1", "i2 = ", "i3 = "]],
  ["no end of line at the end", "[uwsgi]\nj1 = 1", ["j1 = 1"]],
  ["quotes stay", "[uwsgi]\nk1 = \"x y\"\nk2 = 'z'\n", ['k1 = "x y"', "k2 = 'z'"]],
  ["a colon does not part", "[uwsgi]\nl1: value\nl2: v = w\n", ["l1: value = ", "l2: v = w"]],
  ["a backslash does not continue", "[uwsgi]\nm1 = a \\\nm2 = b\\\n", ["m1 = a \\", "m2 = b\\"]],
  ["lines before the first section", "n1 = 1\n[uwsgi]\nn2 = 1\n", ["n2 = 1"]],
  ["another section", "[uwsgi]\no1 = 1\n[other]\no2 = 2\n", ["o1 = 1"]],
  ["a section in two parts", "[uwsgi]\np1 = 1\n[x]\np2 = 2\n[uwsgi]\np1 = 3\n", ["p1 = 1", "p1 = 3"]],
  ["an indented section", "  [uwsgi]\t\nq1 = 1\n", ["q1 = 1"]],
  ["a section without a name", "[]\nr0 = 1\n[uwsgi]\nr1 = 1\n", ["r1 = 1"]],
  ["capitals make another section", "[UWSGI]\ns1 = 1\n", []],
  ["vertical tabs and no-break spaces", "[uwsgi]\nt1 = \v1\u00a0\n", ["t1 = \v1\u00a0"]],
  ["blanks and dashes in a key", "[uwsgi]\nu 1 = 1\n--u2 = 2\n", ["u 1 = 1", "--u2 = 2"]],
  ["texts of other alphabets", "[uwsgi]\nv1 = größe 日本\n", ["v1 = größe 日本"]],
  ["a file of nothing", "", []],
  ["a file of comments", "# x\n; y\n\n", []],
  [
    "a very long line",
    `[uwsgi]\nw1 = ${"x".repeat(100_000)}\nw2 = 1\n`,
    [`w1 = ${"x".repeat(100_000)}`, "w2 = 1"],
  ],
];

describe("parseIni() reads", () => {
  for (const [what, text, pairs] of ALIKE) {
    it(what, () => assert.deepEqual(pairsOf(parseIni(text)), pairs));
  }

  it("a key alone as null, and one with nothing behind the sign as an empty text", () => {
    const document = parseIni("[uwsgi]\na\nb=\n");
    assert.ok(document.kind === "document");
    assert.deepEqual(document.sections, [
      {
        name: "uwsgi",
        line: 1,
        pairs: [
          { key: "a", value: null, line: 2 },
          { key: "b", value: "", line: 3 },
        ],
      },
    ]);
  });

  it("a file with a byte order mark, which uWSGI does not", () => {
    assert.deepEqual(pairsOf(parseIni("\uFEFF[uwsgi]\na = 1\n")), ["a = 1"]);
  });
});

describe("parseIni() warns of", () => {
  const rows: readonly (readonly [what: string, text: string, warning: RegExp, pairs: readonly string[]])[] =
    [
      [
        "the first line before a section",
        "a = 1\nb = 2\n[uwsgi]\nc = 3",
        /^1: "a = 1": lines before/,
        ["c = 3"],
      ],
      [
        "a remark behind a section",
        "[uwsgi] # here\na = 1\n",
        /^1: "\[uwsgi\] # here" is read as \[uwsgi\]/,
        ["a = 1"],
      ],
      ["blanks in a section's name", "[ uwsgi ]\na = 1\n", /^1: .* is read as \[uwsgi\]/, ["a = 1"]],
      ["an unclosed section", "\n[uwsgi\na = 1\n", /^2: "\[uwsgi" is read as \[uwsgi\]/, ["a = 1"]],
      ["a value without a name", "[uwsgi]\n = 1\na = 1\n", /^2: "= 1": no name/, ["a = 1"]],
      ["a backslash at the end", "[uwsgi]\na = 1 \\\nb\n", /^2: a: a "\\" at the end/, ["a = 1 \\", "b = "]],
    ];
  for (const [what, text, warning, pairs] of rows) {
    it(what, () => {
      const document = parseIni(text);
      assert.match(warningsOf(document).join("\n"), warning);
      assert.equal(warningsOf(document).length, 1);
      assert.deepEqual(pairsOf(document), pairs);
    });
  }
});

const hasUwsgi = spawnSync("uwsgi", ["--version"]).status === 0;

describe("parseIni() and uWSGI itself", { skip: skipUnless(hasUwsgi, "uwsgi") }, () => {
  it("read the same", () => {
    const folder = mkdtempSync(join(tmpdir(), "tsgi-ini-"));
    try {
      const files = ALIKE.map(([, text], index) => {
        writeFileSync(join(folder, `${index}.ini`), text);
        return `${index}.ini`;
      });
      const shown = showConfig(folder, files);
      for (const [index, [what, , pairs]] of ALIKE.entries()) {
        assert.deepEqual(shown.get(`${index}.ini`), pairs, what);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** What uWSGI lists for each file; all in one run. */
function showConfig(folder: string, files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const args = ["--show-config", "--no-server", ...files.flatMap((file) => ["--ini", file])];
  const { stdout, stderr } = spawnSync("uwsgi", args, { cwd: folder, encoding: "utf8" });
  const lines = `${stdout}${stderr}`.split("\n");
  const found = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of lines.slice(lines.indexOf("[uwsgi]") + 1, lines.indexOf(";end of configuration"))) {
    const file = /^ini = (\d+\.ini)$/.exec(line)?.[1];
    if (file === undefined) current.push(line);
    else {
      current = [];
      found.set(file, current);
    }
  }
  return found;
}
