import { wrapText } from "../base/wrap-text.ts";
import { shownDefault } from "../settings/json-schema.ts";
import type { Row } from "../settings/option.ts";
import { optionGroups, options } from "../settings/options.ts";
import { commands } from "./commands.ts";

const INDENT = 6;

const USAGE = `Usage: tsgi [options] [application]

  tsgi app.py                        the callable "application" or "app" of a file
  tsgi mysite.wsgi:application       a callable of a module
  tsgi shop:create_app()             what a factory returns (quote it for the shell)
  tsgi --http :8000 --wsgi-file app.py --processes 4 --threads 2

The names of the options are uWSGI's. Durations are seconds, or "500ms", "2m", "1h";
sizes are bytes, or "64k", "1m", "1g".`;

/** The text of `tsgi --help` for a terminal of `width` columns. */
export function helpText(width: number): string {
  const parts = [USAGE];
  for (const { title, names } of optionGroups) {
    const shown = names.map((name) => optionHelp(name, width)).filter((text) => text !== "");
    if (shown.length > 0) parts.push(`${title}\n\n${shown.join("\n")}`);
  }
  const others = Object.entries(commands).map(([name, { short, help }]) => {
    return paragraph(short === null ? `--${name}` : `-${short}, --${name}`, help, width);
  });
  parts.push(`Others\n\n${others.join("\n")}`);
  return `${parts.join("\n\n")}\n`;
}

/** How an option is written: "-p, --processes, --workers N". */
export function spelling(name: string, row: Row): string {
  const names = [...(row.short === undefined ? [] : [`-${row.short}`]), `--${name}`];
  const written = [...names, ...(row.aliases ?? []).map((alias) => `--${alias}`)].join(", ");
  if (row.type.value === "none") return written;
  return row.type.value === "optional"
    ? `${written}[=${row.type.metavar}]`
    : `${written} ${row.type.metavar}`;
}

function optionHelp(name: string, width: number): string {
  const row = options.get(name);
  if (row === undefined || row.row === "never") return "";
  const shown = row.row === "option" ? shownDefault(row) : null;
  return paragraph(spelling(name, row), shown === null ? row.help : `${row.help}. Default: ${shown}`, width);
}

function paragraph(heading: string, text: string, width: number): string {
  const lines = wrapText(text, Math.max(width - INDENT, 30));
  return [`  ${heading}`, ...lines.map((line) => " ".repeat(INDENT) + line)].join("\n");
}
