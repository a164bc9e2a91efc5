import { wrapText } from "../base/wrap-text.ts";
import { gunicornGroups } from "../settings/gunicorn/gunicorn-settings.ts";
import type { GunicornSetting } from "../settings/gunicorn/setting.ts";

const INDENT = 6;

const USAGE = `Usage: tsgi gunicorn [options] [module:callable]

  tsgi gunicorn -w 4 -b :8000 mysite.wsgi
  tsgi gunicorn -c gunicorn.conf.py 'shop:create_app()'

Takes what Gunicorn takes: its command line, GUNICORN_CMD_ARGS and gunicorn.conf.py, which is read
without being named. \`tsgi --help\` shows the options of tsgi itself.`;

const OTHERS = [
  ["--python INTERPRETER", "the Python that runs the application; else that of $VIRTUAL_ENV, or python3"],
  ["-h, --help", "show this text"],
  ["-v, --version", "show the version"],
] as const;

/** The text of `tsgi gunicorn --help` for a terminal of `width` columns. */
export function gunicornHelpText(width: number): string {
  const groups = gunicornGroups.map(({ title, rows }) => {
    const shown = Object.values(rows).filter(isShown);
    return { title, lines: shown.map((row) => paragraph(spelling(row), row.purpose, width)) };
  });
  const parts = groups
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => `${title}\n\n${lines.join("\n")}`);
  const others = OTHERS.map(([heading, text]) => paragraph(heading, text, width));
  return `${[USAGE, ...parts, `Others\n\n${others.join("\n")}`].join("\n\n")}\n`;
}

/** What does something here. */
function isShown({ flags, answer }: GunicornSetting): boolean {
  return flags.length > 0 && (answer.kind === "works" || answer.kind === "depends");
}

function spelling({ flags, type }: GunicornSetting): string {
  return [flags.join(", "), ...(type.metavar === "" ? [] : [type.metavar])].join(" ");
}

function paragraph(heading: string, text: string, width: number): string {
  const lines = wrapText(text, Math.max(width - INDENT, 30));
  return [`  ${heading}`, ...lines.map((line) => " ".repeat(INDENT) + line)].join("\n");
}
