import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseYaml } from "../../src/config/yaml.ts";
import { linesOf, pairsOf, problemsOf, warningsOf } from "./reading.ts";

type Row = readonly [what: string, text: string, lines: readonly string[]];

describe("parseYaml() reads", () => {
  const rows: readonly Row[] = [
    [
      "values as written",
      "uwsgi:\n  a: 0666\n  b: 1e3\n  c: yes\n  d: ~\n",
      ["2: a = 0666", "3: b = 1e3", "4: c = yes", "5: d = ~"],
    ],
    [
      "texts in quotes",
      `uwsgi:\n  a: "x # y"\n  b: 'it''s'\n  c: ""\n`,
      ["2: a = x # y", "3: b = it's", "4: c = "],
    ],
    ["comments", "# one\nuwsgi: # two\n  # three\n  a: 1 # four\n", ["4: a = 1"]],
    ["repeated keys", "uwsgi:\n  a: 1\n  b: 2\n  a: 3\n", ["2: a = 1", "3: b = 2", "4: a = 3"]],
    [
      "lists of both kinds",
      "uwsgi:\n  a: [x, y]\n  b:\n    - p\n    - q\n",
      ["2: a = x", "2: a = y", "4: b = p", "5: b = q"],
    ],
    [
      "colons inside a text",
      "uwsgi:\n  a: http://x:1\n  b: 0.0.0.0:80\n",
      ["2: a = http://x:1", "3: b = 0.0.0.0:80"],
    ],
    [
      "a text of several lines",
      "uwsgi:\n  a: |\n    x\n    y\n  b: p\n    q\n",
      ["2: a = x\ny\n", "5: b = p q"],
    ],
    ["an alias of a text", "uwsgi:\n  a: &x 1\n  b: *x\n", ["2: a = 1", "3: b = 1"]],
    ["a tag, whose type does not count", "uwsgi:\n  a: !!int 01\n", ["2: a = 01"]],
    ["a flow map as the section", "uwsgi: {a: 1, b: [x, y]}\n", ["1: a = 1", "1: b = x", "1: b = y"]],
    ["the syntax of JSON", '{"uwsgi": {"a": true}}', ["1: a = true"]],
    ["directives and several documents", "%YAML 1.1\n---\nx:\n  b: 2\n---\nuwsgi:\n  a: on\n", ["7: a = on"]],
    ["carriage returns and a byte order mark", "\uFEFFuwsgi:\r\n  a: 1\r\n", ["2: a = 1"]],
    ["a section of nothing", "uwsgi:\n", []],
  ];
  for (const [what, text, lines] of rows) {
    it(what, () => {
      assert.deepEqual(linesOf(parseYaml(text)), lines);
      assert.deepEqual(warningsOf(parseYaml(text)), []);
    });
  }

  it("a document without sections where there is nothing", () => {
    for (const text of ["", "\n", "# x\n", "---\n"]) {
      assert.deepEqual(parseYaml(text), { kind: "document", sections: [], warnings: [] });
    }
  });

  it("every key at the top as a section", () => {
    const document = parseYaml("one:\n  a: 1\ntwo:\n  a: 2\n");
    assert.deepEqual([pairsOf(document, "one"), pairsOf(document, "two")], [["a = 1"], ["a = 2"]]);
  });
});

describe("parseYaml() takes for a text, with a warning,", () => {
  const rows: readonly (readonly [written: string, text: string])[] = [
    ["%(addr) %(status) # each", "%(addr) %(status)"],
    ["UWSGI: %(addr)", "UWSGI: %(addr)"],
    ['{"a": "%(b)"}', '{"a": "%(b)"}'],
    ['{"a": %(b), "c": {"d": 1}}', '{"a": %(b), "c": {"d": 1}}'],
    ["[pid: %(pid)] %(addr) 'x'", "[pid: %(pid)] %(addr) 'x'"],
    ["[::1]:80", "[::1]:80"],
    ["*:80", "*:80"],
    ["@abstract", "@abstract"],
    ["`date`", "`date`"],
    ['"a" and "b"', '"a" and "b"'],
    ["it's: x", "it's: x"],
  ];
  for (const [written, text] of rows) {
    it(written, () => {
      for (const end of ["\n", "\r\n"]) {
        const document = parseYaml(
          `uwsgi:\n  before: 1\n  format : ${written}\n  after: 2\n`.replaceAll("\n", end),
        );
        assert.deepEqual(linesOf(document), ["2: before = 1", `3: format = ${text}`, "4: after = 2"]);
        assert.match(warningsOf(document).join("\n"), /^3: format: .* text is .*put it in quotes$/);
      }
    });
  }

  it("an item of a list", () => {
    const document = parseYaml("uwsgi:\n  a:\n    - %(x)\n    - y\n");
    assert.deepEqual(linesOf(document), ["3: a = %(x)", "4: a = y"]);
    assert.match(warningsOf(document).join("\n"), /^3: an item: the value is not valid YAML/);
  });
});

describe("parseYaml() warns of", () => {
  const rows: readonly (readonly [what: string, text: string, warning: RegExp, lines: readonly string[]])[] =
    [
      ["a key without a value", "uwsgi:\n  a:\n  b: 1\n", /^2: a has no value and is left out/, ["3: b = 1"]],
      [
        "options below an option",
        "uwsgi:\n  a:\n    b: 1\n  c: 2\n",
        /^2: a has options below it/,
        ["3: b = 1", "4: c = 2"],
      ],
      ["a second section", "uwsgi:\n  a: 1\nuwsgi:\n  b: 1\n", /^3: a second section uwsgi/, ["2: a = 1"]],
      ["a value in no section", "a: 1\nuwsgi:\n  b: 1\n", /^1: a stands in no section/, ["3: b = 1"]],
      ["a list as section", "uwsgi:\n- a: 1\n", /^1: uwsgi is a list and no section/, []],
    ];
  for (const [what, text, warning, lines] of rows) {
    it(what, () => {
      assert.deepEqual(linesOf(parseYaml(text)), lines);
      assert.match(warningsOf(parseYaml(text)).join("\n"), warning);
    });
  }
});

describe("parseYaml() refuses", () => {
  const rows: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
    ["a tab as indentation", "uwsgi:\n\ta: 1\n", /^2: not valid YAML: a tab cannot indent/],
    ["a word alone", "uwsgi:\n  a: 1\n  master\n  b: 2\n", /^3: not valid YAML: "key: value" is expected/],
    ["a list that does not end", "uwsgi:\n  a: [1\n  b: 2\n", /^3: not valid YAML: Flow sequence/],
    ["options that do not align", "uwsgi:\n    a: 1\n  b: 2\n", /^3: not valid YAML: All mapping items/],
    ["an alias of a list", "uwsgi:\n  a: &x [1]\n  b: *x\n", /^3: b: \*x stands for more than a text/],
    ["a merged map", "x: &x\n  a: 1\nuwsgi:\n  <<: *x\n", /^4: <<: \*x stands for more/],
    ["a list in a list", "uwsgi:\n  a: [[1]]\n", /^2: a: a list in a list/],
    ["options in a list", "uwsgi:\n  a:\n    - b: 1\n", /^3: a: options in a list/],
    ["a key that is no text", "uwsgi:\n  ? [a]\n  : 1\n", /^2: a key is no text/],
    ["a text alone", "\nhello\n", /^2: no section/],
    ["a zero byte, written out", 'uwsgi:\n  a: "\\0"\n', /^2: a text with a zero byte/],
    ["what is no text", "\u0000\u0001ELF", /^1: a zero byte: this is no text file/],
  ];
  for (const [what, text, problem] of rows) {
    it(what, () => assert.match(problemsOf(parseYaml(text)).join("\n"), problem));
  }
});
