import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseJson } from "../../src/config/json.ts";
import { parseXml } from "../../src/config/xml.ts";
import { linesOf, pairsOf, problemsOf, warningsOf } from "./reading.ts";

const EMPTY = { kind: "document", sections: [], warnings: [] };

describe("parseJson() reads", () => {
  const rows: readonly (readonly [what: string, text: string, lines: readonly string[]])[] = [
    [
      "true as 1, false and null as 0",
      '{"uwsgi": {"a": true, "b": false,\n"c": null}}',
      ["1: a = 1", "1: b = 0", "2: c = 0"],
    ],
    [
      "numbers as written",
      '{"uwsgi": {"a": 1e3, "b": 1.50, "c": -1}}',
      ["1: a = 1e3", "1: b = 1.50", "1: c = -1"],
    ],
    [
      "numbers beyond 2^53",
      '{"uwsgi": {"a": 123456789012345678901234}}',
      ["1: a = 123456789012345678901234"],
    ],
    ["lists as repeated options", '{"uwsgi": {"a": ["x",\n1, true]}}', ["1: a = x", "2: a = 1", "2: a = 1"]],
    ["repeated keys", '{"uwsgi": {"a": 1, "a": 2}}', ["1: a = 1", "1: a = 2"]],
    ["escapes, and an empty text", '{"uwsgi": {"\\u0061": "\\"\\t", "b": ""}}', ['1: a = "\t', "1: b = "]],
    ["a file with a byte order mark", '\uFEFF{"uwsgi": {"a": "1"}}', ["1: a = 1"]],
  ];
  for (const [what, text, lines] of rows) {
    it(what, () => {
      assert.deepEqual(linesOf(parseJson(text)), lines);
      assert.deepEqual(warningsOf(parseJson(text)), []);
    });
  }

  it("a document without sections where there is nothing", () => assert.deepEqual(parseJson(" \n"), EMPTY));

  it("every member as a section, of one name the first, and warns of what it leaves out", () => {
    const document = parseJson(
      '{"uwsgi": {"a": {"b": 1},\n"c": [[1], {}, 2]},\n"x": {"d": 1}, "y": 1,\n"uwsgi": {"e": 1}}',
    );
    assert.deepEqual([pairsOf(document), pairsOf(document, "x")], [["c = 2"], ["d = 1"]]);
    assert.deepEqual(warningsOf(document), [
      "1: a: objects cannot be nested; this one is ignored",
      "2: c: arrays cannot be nested; this one is ignored",
      "2: c: objects cannot be nested; this one is ignored",
      "3: y is no section {…}; it is ignored",
      "4: a second section uwsgi; only the first is read",
    ]);
  });
});

describe("parseJson() refuses", () => {
  const rows: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
    ["what is no object", "[]", /^1: an object is expected/],
    [
      "a trailing comma",
      '{"uwsgi": {"a": 1,\n}}',
      /^2: not valid JSON: Expected double-quoted property name$/,
    ],
    ["comments", '// x\n{"uwsgi": {}}', /^1: not valid JSON: Unexpected token '\/'/],
    ["a leading zero", '{"uwsgi": {\n"a": 0666}}', /^2: not valid JSON: /],
    ["an object that does not end", '{"uwsgi": {"a": 1}', /^1: not valid JSON: /],
    ["more behind the end", '{"uwsgi": {}}\nx', /^2: not valid JSON: /],
    ["a zero byte, written out", '{"uwsgi":\n{"a": "\\u0000"}}', /^2: a text with a zero byte/],
    ["what is no text", "\u007fELF\u0002\u0001", /^1: a 0x02 byte: this is no text file/],
  ];
  for (const [what, text, problem] of rows) {
    it(what, () => assert.match(problemsOf(parseJson(text)).join("\n"), problem));
  }
});

describe("parseXml() reads", () => {
  const rows: readonly (readonly [what: string, text: string, lines: readonly string[]])[] = [
    [
      "elements without a text as switched on",
      "<uwsgi>\n<a/><b></b>\n<c> </c></uwsgi>",
      ["2: a", "2: b", "3: c"],
    ],
    ["repeated elements", "<uwsgi><a>1</a>\n<b>2</b><a>3</a></uwsgi>", ["1: a = 1", "2: b = 2", "2: a = 3"]],
    ["a text on lines of its own", "<uwsgi><a>\n  x y\n</a></uwsgi>", ["1: a = x y"]],
    [
      "references and CDATA in a text",
      "<uwsgi><a>1 &amp; &#65;<![CDATA[<b>]]></a></uwsgi>",
      ["1: a = 1 & A<b>"],
    ],
    ["comments nowhere", "<!-- x -->\n<uwsgi><a>1<!-- y --></a><!-- z --></uwsgi>", ["2: a = 1"]],
    ["CDATA among the options as Python code", "<uwsgi><![CDATA[import x]]></uwsgi>", ["1: eval = import x"]],
    [
      "<app> with an element",
      '<uwsgi>\n<app mountpoint="/a"><script>m</script></app></uwsgi>',
      ["2: mount = /a=m"],
    ],
    [
      "<app> with an element on its own line",
      '<uwsgi><app mountpoint="/">\n<x> m </x>\n</app></uwsgi>',
      ["1: mount = /=m"],
    ],
    [
      "<app> with a text",
      '<uwsgi><app domain="d">m</app><app>/b=n</app></uwsgi>',
      ["1: mount = d|=m", "1: mount = /b=n"],
    ],
    ["an <uwsgi> inside", '<?xml version="1.0"?>\n<root><x/><uwsgi><a>1</a></uwsgi></root>', ["2: a = 1"]],
    ["a file with a byte order mark", '\uFEFF<?xml version="1.0"?><uwsgi><a/></uwsgi>', ["1: a"]],
  ];
  for (const [what, text, lines] of rows) {
    it(what, () => {
      assert.deepEqual(linesOf(parseXml(text)), lines);
      assert.deepEqual(warningsOf(parseXml(text)), []);
    });
  }

  it("a document without sections where there is nothing", () => {
    for (const text of ["", "\n", "<!-- x -->\n<!-- y --> \n"]) assert.deepEqual(parseXml(text), EMPTY);
  });

  it("sections by their id, the first under its id and as uwsgi", () => {
    const document = parseXml('<x><uwsgi id="p"><a>1</a></uwsgi><uwsgi id="q"><a>2</a></uwsgi></x>');
    assert.deepEqual(
      ["uwsgi", "p", "q"].map((name) => pairsOf(document, name)),
      [["a = 1"], ["a = 1"], ["a = 2"]],
    );
  });

  it("on where a text, an attribute or a section has no meaning, with a warning", () => {
    const document = parseXml('<x><uwsgi>stray\n<a when="now">1</a></uwsgi>\n<uwsgi/></x>');
    assert.deepEqual(pairsOf(document), ["a = 1"]);
    assert.deepEqual(warningsOf(document), [
      '1: the text "stray" is no option; it is ignored',
      "2: the attribute when of <a> is ignored",
      "3: a further <uwsgi> without an id is never chosen; it is ignored",
    ]);
  });
});

describe("parseXml() refuses", () => {
  const rows: readonly (readonly [what: string, text: string, problem: RegExp])[] = [
    ["another root", "\n<config><a/></config>", /^2: no <uwsgi> element/],
    ["elements in an option", "<uwsgi>\n<a><b>1</b></a></uwsgi>", /^2: <a> has elements in it/],
    [
      "an <app> without an application",
      '<uwsgi><app mountpoint="/"><script/></app></uwsgi>',
      /^1: <app> takes one/,
    ],
    ["a document type", "<!DOCTYPE uwsgi>\n<uwsgi/>", /^1: a DOCTYPE is not read/],
    [
      "an entity of its own",
      '<!DOCTYPE u [<!ENTITY x "y">]>\n<uwsgi><a>&x;</a></uwsgi>',
      /^2: not valid XML: .*&x;/,
    ],
    [
      "a file as entity",
      '<!DOCTYPE u [<!ENTITY x SYSTEM "/etc/passwd">]><uwsgi/>',
      /^1: a DOCTYPE is not read/,
    ],
    [
      "an element that does not end",
      "<uwsgi>\n<a>1</uwsgi>",
      /^2: not valid XML: Missing end tag for element a$/,
    ],
    ["two roots", "<uwsgi/>\n<uwsgi/>", /^2: not valid XML/],
    ["a text that is no XML", "[uwsgi]\na = 1\n", /^1: not valid XML: Root element is missing/],
    ["what is no text", "<uwsgi>\n\u0000", /^2: a zero byte: this is no text file/],
  ];
  for (const [what, text, problem] of rows) {
    it(what, () => assert.match(problemsOf(parseXml(text)).join("\n"), problem));
  }
});
