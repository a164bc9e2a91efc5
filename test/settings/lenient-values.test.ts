import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isOff, readLeniently, withoutRemark } from "../../src/settings/lenient-value.ts";
import type { ValueType } from "../../src/settings/option.ts";
import { options } from "../../src/settings/options.ts";
import { megabytes } from "../../src/settings/size-units.ts";
import {
  account,
  address,
  assignment,
  count,
  duration,
  fileMode,
  flag,
  path,
  size,
  text,
} from "../../src/settings/value-types.ts";

type Row = readonly [type: string, written: string, shown: string | null, remark: RegExp | "quiet"];

const types: Readonly<Record<string, ValueType<unknown>>> = {
  flag: flag(),
  count: count({ from: 1, to: 9 }),
  "count from 0": count({ from: 0, to: 9 }),
  duration: duration(),
  "optional duration": duration("65s"),
  size: size(),
  megabytes: megabytes(),
  path: path(),
  text: text(),
  address: address(),
  account: account("USER"),
  mode: fileMode("666"),
  assignment: assignment(),
};

/** Null where the value cannot be read, "-" where it counts as not given. */
const rows: readonly Row[] = [
  ["flag", "true", "true", "quiet"],
  ["flag", "", "true", "quiet"],
  ["flag", "4", "true", "quiet"],
  ["flag", "Yes", "true", "quiet"],
  ["flag", "FALSE", "false", "quiet"],
  ["flag", "Off", "false", "quiet"],
  ["flag", "0", "false", "quiet"],
  ["flag", "00", "true", "quiet"],
  ["flag", "true   ; remove sockets", "true", /^note: means on/],
  ["flag", "false ; off", "true", /^warning: "false ; off" means on, as in uWSGI: .* write false alone/],
  ["flag", "disabled", "true", /^warning: "disabled" means on, as in uWSGI/],
  ["flag", "n", "true", /^warning/],

  ["count", "4", "4", "quiet"],
  ["count", "3   # three", "3", /^note: read as 3/],
  ["count", "3;", "3", /^warning: "3;" is read as 3, as in uWSGI/],
  ["count", "4 workers", "4", /^warning/],
  ["count", '"4"', "4", /^warning: .*quotes/],
  ["count", "0", "-", /^warning: "0" counts as not given: a whole number from 1 to 9 is wanted/],
  ["count", "", "-", /^warning/],
  ["count", "0 # none", "-", /^warning/],
  ["count", "10", null, "quiet"],
  ["count", "-1", null, "quiet"],
  ["count", "four", null, "quiet"],
  ["count", "$(WORKERS)", null, "quiet"],
  ["count from 0", "true", "0", /^warning: "true" is no number: read as 0, as in uWSGI/],
  ["count from 0", "", "0", /^warning/],

  ["duration", "30s", "30s", "quiet"],
  ["duration", "60 ; seconds", "1m", /^note/],
  ["duration", "60 seconds", "1m", /^warning: "60 seconds" is read as 60/],
  ["duration", "true", "0", /^warning/],
  ["optional duration", "true", "65s", "quiet"],
  ["megabytes", "256", "256m", "quiet"],
  ["megabytes", "1g", "1g", "quiet"],
  ["megabytes", "512 # MB", "512m", /^note/],
  ["megabytes", "300 MB", "300m", /^warning/],
  ["size", "32k", "32k", "quiet"],
  ["size", "4096 # bytes", "4k", /^note/],
  ["size", "true", "0", /^warning/],

  ["path", "/srv/app # the application", "/srv/app", /^warning: read as "\/srv\/app"/],
  ["path", "/srv/app\t;x", "/srv/app", /^warning/],
  ["path", "/srv/a#b;c", "/srv/a#b;c", "quiet"],
  ["path", "#srv", "#srv", "quiet"],
  ["path", '"/srv/a # b"', "/srv/a # b", /^warning: .*quotes/],
  ["path", '"/srv/a" # b', "/srv/a", /^warning/],
  ["path", "/srv/o'brien # x", "/srv/o'brien", /^warning/],
  ["path", "", "-", /^warning: left empty/],
  ["text", "site ; title", "site", /^warning/],
  ["address", ":8000 # all", "0.0.0.0:8000", /^warning/],
  ["address", "", null, "quiet"],
  ["address", "=0", null, "quiet"],
  ["account", "www-data ; user", "www-data", /^warning/],
  ["account", "", null, "quiet"],
  ["mode", "0660", "660", "quiet"],
  ["mode", "664 # group", "664", /^warning/],
  ["mode", "rw", null, "quiet"],
  ["assignment", "A=b # c", "A=b # c", /^warning: "# c" is part of the value/],
  ["assignment", 'A="b"', 'A="b"', "quiet"],
  ["assignment", "", "-", /^warning/],
];

for (const [kind, written, shown, remark] of rows) {
  test(`a ${kind} written ${JSON.stringify(written)} is ${shown ?? "refused"}`, () => {
    const type = types[kind];
    assert.ok(type !== undefined);
    const read = readLeniently(written, type);
    const seen = read.kind === "value" ? type.show(read.value) : read.kind === "absent" ? "-" : null;
    assert.equal(seen, shown);
    const said =
      read.kind === "invalid" || read.remark === null
        ? "quiet"
        : `${read.remark.severity}: ${read.remark.text}`;
    if (remark === "quiet") assert.equal(said, "quiet");
    else assert.match(said, remark);
  });
}

test("no text breaks any type, and what is left of a remark is a beginning of the text", () => {
  const all = [...options.values()].map(({ type }) => type);
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.string({ unit: "binary", maxLength: 30 }), (type, written) => {
      const read = readLeniently(written, type);
      if (read.kind === "invalid") assert.notEqual(read.wanted, "");
      assert.ok(written.startsWith(withoutRemark(written)));
      assert.equal(typeof isOff(written), "boolean");
    }),
    { numRuns: 3000 },
  );
});

test("a long value takes no longer than a look at each letter", () => {
  const started = performance.now();
  for (const letter of [" ", "'", '"', "#", ";", "'\"", " #'"]) withoutRemark(letter.repeat(200_000));
  assert.ok(performance.now() - started < 5000);
});
