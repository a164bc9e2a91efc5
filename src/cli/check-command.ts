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
    tell(["check: nothing to check: no file is named, and none is there by default"]);
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
  if (first !== undefined && isPythonFile(first)) return reportOfGunicorn(["-c", first, ...rest]);
  const configuration = await readUwsgi(argv);
  if (first !== undefined || configuration.entries.length > 0)
    return reportOf(configuration.files, readSettings(configuration));
  return existsSync(GUNICORN_FILE) ? reportOfGunicorn([]) : null;
}

/** Gunicorn's file is a program; with options in front, app.py is an application. */
function isPythonFile(word: string): boolean {
  return word.endsWith(".py") || word.startsWith("python:");
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
      return reportOfWritten(read.reading);
    case "settings":
      read.gunicorn.zygote.stop();
      return reportOfWritten(read.reading);
  }
}

/** Gunicorn's defaults count here too, but nobody has written them. */
function reportOfWritten(reading: Reading): Report {
  const judgements = reading.judgements.filter(({ entry }) => fileOf(entry) !== GUNICORN_DEFAULTS);
  const files = judgements.flatMap(({ entry }) => fileOf(entry) ?? []);
  return reportOf(files, { ...reading, judgements });
}

function fileOf({ place }: Entry): string | null {
  return place.kind === "setting" ? place.file : null;
}

function refused(problems: readonly string[]): Report {
  return { files: [], entries: [], warnings: [], problems, notes: [], exit: 2 };
}
