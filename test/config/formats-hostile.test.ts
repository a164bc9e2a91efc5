/** Files made to hurt: each is answered, in bounded time, and a refusal names a line. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Document } from "../../src/config/document.ts";
import { parseIni } from "../../src/config/ini.ts";
import { parseJson } from "../../src/config/json.ts";
import { parseXml } from "../../src/config/xml.ts";
import { parseYaml } from "../../src/config/yaml.ts";

const MEBIBYTE = 2 ** 20;
/** The library takes up to three seconds for a mebibyte of this. */
const YAML_SIZE = MEBIBYTE / 8;
/** Many times what the slowest takes on an idle machine: it tells linear from quadratic, no more. */
const LONGEST_MS = 30_000;

type Row = readonly [what: string, text: string, kind: Document["kind"]];

function fill(piece: string, size = MEBIBYTE): string {
  return piece.repeat(Math.floor(size / piece.length));
}

function check(parse: (text: string) => Document, rows: readonly Row[]): void {
  for (const [what, text, kind] of rows) {
    it(what, () => {
      const start = performance.now();
      const document = parse(text);
      assert.ok(performance.now() - start < LONGEST_MS);
      assert.equal(document.kind, kind);
      if (document.kind === "document") return;
      assert.ok(document.problems.length > 0 && document.problems.length <= 10);
      for (const { line, message } of document.problems)
        assert.ok(line >= 1 && message.length <= 300, message);
    });
  }
}

/** Nine levels of ten: a thousand million texts. */
function laughs(): string {
  const levels = Array.from({ length: 9 }, (_, level) => {
    return `  l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(", ")}]\n`;
  });
  return `uwsgi:\n  l0: &l0 lol\n${levels.join("")}`;
}

describe("parseIni() answers", () => {
  check(parseIni, [
    ["a line of a mebibyte", fill("x"), "document"],
    ["blanks", fill(" "), "document"],
    ["empty lines", fill("\n"), "document"],
    ["sections", fill("[a]\n"), "document"],
    ["unclosed sections", fill("["), "document"],
    ["equals signs", `[uwsgi]\n${fill("=")}`, "document"],
    ["a blank inside many", `[uwsgi]\n${fill("a ", MEBIBYTE)}`, "document"],
    ["zeros", fill("\0"), "malformed"],
  ]);
});

describe("parseYaml() answers", () => {
  check(parseYaml, [
    ["aliases that grow without bound", laughs(), "malformed"],
    ["open brackets", `uwsgi:\n  a: ${fill("[", YAML_SIZE)}`, "malformed"],
    ["maps in maps", `uwsgi:\n  a: ${fill("{a: ", YAML_SIZE)}`, "malformed"],
    [
      "brackets that close",
      `uwsgi:\n  a: ${fill("[", YAML_SIZE / 2)}${fill("]", YAML_SIZE / 2)}`,
      "malformed",
    ],
    ["lists in lists", `uwsgi:\n  a:\n    ${fill("- ", YAML_SIZE)}`, "malformed"],
    [
      "ever deeper options",
      Array.from({ length: 1400 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
      "malformed",
    ],
    ["refused values without end", `uwsgi:\n${fill("  a: %x\n", YAML_SIZE)}`, "malformed"],
    ["anchors and aliases", `uwsgi:\n${fill("  a: &x *x\n", YAML_SIZE)}`, "malformed"],
    ["aliases of one text", `uwsgi:\n  x: &x 1\n${fill("  a: *x\n", YAML_SIZE)}`, "document"],
    ["sections", Array.from({ length: 10_000 }, (_, index) => `s${index}: {}\n`).join(""), "document"],
    ["tags", `a: ${fill("!a ", YAML_SIZE)}`, "malformed"],
    ["a quote that does not end", `uwsgi:\n  a: "${fill("x\n ", YAML_SIZE)}`, "malformed"],
    ["documents", fill("---\n", YAML_SIZE), "document"],
    ["blanks in a refused line", `uwsgi:\n  @${fill(" ")}x\n`, "malformed"],
    ["a refused value of a mebibyte", `uwsgi:\n  a: %${fill("x # ")}\n`, "document"],
  ]);
});

describe("parseJson() answers", () => {
  check(parseJson, [
    ["open brackets", fill("["), "malformed"],
    ["objects in objects", fill('{"a":'), "malformed"],
    ["a text that does not end", `{"a": "${fill("x")}`, "malformed"],
    ["members", `{"uwsgi": {${fill('"a": 1,\n')}"b": 2}}`, "document"],
    ["sections", `{${Array.from({ length: 100_000 }, (_, index) => `"${index}":{}`).join(",")}}`, "document"],
  ]);
});

describe("parseXml() answers", () => {
  check(parseXml, [
    ["open elements", fill("<a>"), "malformed"],
    ["elements that close", `${fill("<uwsgi>", MEBIBYTE / 2)}${fill("</uwsgi>", MEBIBYTE / 2)}`, "malformed"],
    [
      "entities that grow without bound",
      `<!DOCTYPE a [${fill('<!ENTITY a "&a;&a;">')}]><uwsgi>&a;</uwsgi>`,
      "malformed",
    ],
    ["comments that do not end", fill("<!--"), "malformed"],
    ["comments", fill("<!-- x -->"), "document"],
    [
      "attributes",
      `<uwsgi><a ${Array.from({ length: 50_000 }, (_, index) => `b${index}="1"`).join(" ")}/></uwsgi>`,
      "document",
    ],
    ["options", `<uwsgi>${fill("<a>1</a>\n")}</uwsgi>`, "document"],
    ["references", `<uwsgi><a>${fill("&amp;")}</a></uwsgi>`, "document"],
  ]);
});
