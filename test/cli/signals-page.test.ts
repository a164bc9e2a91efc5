/** docs/signals.md against the table of commands. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type CommandRow, commands } from "../../src/base/commands.ts";
import { readCtlWords } from "../../src/cli/ctl-words.ts";

const page = readFileSync(new URL("../../docs/signals.md", import.meta.url), "utf8");

/** The cells of the first table, without its head. */
const rows = (/^\|---.*\n((?:\|.*\n)+)/m.exec(page)?.[1] ?? "")
  .trimEnd()
  .split("\n")
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replaceAll("`", "")),
  );

const table: readonly (readonly [string, CommandRow])[] = Object.entries(commands);

test("docs/signals.md tells of each command what it does, and by which signal and letter", () => {
  const expected = table.map(([, { help, signals, letter }]) => {
    return [help, signals.uwsgi.join(", "), signals.gunicorn.join(", "), letter ?? ""];
  });
  assert.deepEqual(
    rows.map((cells) => cells.slice(0, 4)),
    expected,
  );
});

test("what docs/signals.md gives as the words for tsgi ctl means that command", () => {
  const meant = rows.map((cells) => {
    const order = readCtlWords((cells[4] ?? "").split(" "));
    const wanted = order.kind === "value" ? order.value.wanted : null;
    return wanted?.do === "command" ? wanted.name : wanted?.do;
  });
  assert.deepEqual(
    meant,
    table.map(([name]) => name),
  );
});
