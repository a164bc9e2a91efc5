/** `tsgi check`: reads a configuration as a start would, and says what becomes of each line of it. */

import { existsSync } from "node:fs";
import type { Entry } from "../config/entry.ts";
import { GUNICORN_DEFAULTS } from "../settings/gunicorn/judge-setting.ts";
import { type Reading, readSettings } from "../settings/read-settings.ts";
import { type Report, reportOf } from "./check-report.ts";
import { checkText } from "./check-text.ts";
import { usageOf } from "./commands.ts";
import { outputWidth, print } from "./print.ts";
import { tell } from "./remarks.ts";
import { readUwsgi } from "./serve-command.ts";

const GUNICORN_FILE = "gunicorn.conf.py";

/** Answers the exit code: 0 where all is fine, 1 with warnings, 2 with errors. */
export async function check(argv: readonly string[], { asJson }: { asJson: boolean }): Promise<number> {
  const report = await reportFor(argv);
  if (report === null) {
    tell("error", ["check: nothing to check: no file is named, and none is there by default"]);
    process.stderr.write(usageOf("check"));
    return 2;
  }
  const inColours = process.stdout.isTTY === true && (process.env["NO_COLOR"] ?? "") === "";
  await print(
    asJson ? `${JSON.stringify(report, null, 2)}\n` : checkText(report, { width: outputWidth(), inColours }),
  );
  return report.exit;
}

/** Null where there is nothing to look at. */
async function reportFor(argv: readonly string[]): Promise<Report | null> {
  const [first, ...rest] = argv;
  if (first === "gunicorn") return reportOfGunicorn(rest);
  if (first !== undefined && isGunicornFile(first)) return reportOfGunicorn(["-c", first, ...rest]);
  const configuration = await readUwsgi(argv);
  if (first !== undefined || configuration.entries.length > 0) {
    const reading = await askMachine(readSettings(configuration));
    return reportOf(configuration.files, withApplication(reading, first));
  }
  return existsSync(GUNICORN_FILE) ? reportOfGunicorn([]) : null;
}

/** It is a program and will be executed: gunicorn.conf.py, gunicorn_live.py, config/gunicorn-config.py. */
function isGunicornFile(word: string): boolean {
  return /\.conf\.py$|(^|\/)(gunicorn|[^/]*config)[^/]*\.py$/i.test(word) || word.startsWith("python:");
}

/** Any other file of Python is an application, and no application is executed for this. */
function withApplication(reading: Reading, word: string | undefined): Reading {
  if (word === undefined || !word.endsWith(".py")) return reading;
  const warning = `${word}: is taken for an application, and was not executed; if it is a configuration of Gunicorn's: tsgi check gunicorn -c ${word}`;
  return { ...reading, warnings: [...reading.warnings, warning] };
}

/** What a start would be refused with on this machine. `python`: where it runs already. */
async function askMachine(reading: Reading, python: string | null = null): Promise<Reading> {
  if (reading.kind === "problems") return reading;
  const { foreseeable, preflight } = await import("../master/start/preflight.ts");
  const { settings, ...remarks } = reading;
  const refusals = [...preflight(settings, { python, inherited: null }), ...foreseeable(settings)];
  if (refusals.length === 0) return reading;
  return { ...remarks, kind: "problems", problems: refusals.map(({ text }) => text) };
}

async function reportOfGunicorn(argv: readonly string[]): Promise<Report> {
  const { readGunicorn } = await import("./read-gunicorn.ts");
  const read = await readGunicorn(argv, { environment: process.env, needsApplication: false });
  switch (read.kind) {
    case "help":
    case "version":
      return refused([`check: --${read.kind} is no part of a configuration`]);
    case "misread":
      return refused(read.problems);
    case "refused":
      return refused([read.message]);
    case "problems":
      return reportOfWritten(read.reading, read.files);
    case "settings":
      read.gunicorn.zygote.stop();
      return reportOfWritten(await askMachine(read.reading, read.gunicorn.zygote.python), read.files);
  }
}

/** Gunicorn's defaults count here too, but nobody has written them. */
function reportOfWritten(reading: Reading, executed: readonly string[]): Report {
  const judgements = reading.judgements.filter(({ entry }) => fileOf(entry) !== GUNICORN_DEFAULTS);
  const files = judgements.flatMap(({ entry }) => fileOf(entry) ?? []);
  const told = executed.map((file) => `${file}: was executed by Python, as Gunicorn does`);
  return reportOf(files, { ...reading, judgements, notes: [...reading.notes, ...told] });
}

function fileOf({ place }: Entry): string | null {
  return place.kind === "setting" ? place.file : null;
}

function refused(problems: readonly string[]): Report {
  return { files: [], entries: [], warnings: [], problems, notes: [], exit: 2 };
}
