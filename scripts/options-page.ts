/** docs/options.md: what works in full, what has no setting here in tables. */

import { answerOf, gunicornAnswer, gunicornSentence, sentenceOf, spelling } from "../src/cli/option-text.ts";
import { gunicornGroups } from "../src/settings/gunicorn/gunicorn-settings.ts";
import type { GunicornSetting } from "../src/settings/gunicorn/setting.ts";
import { shownDefault } from "../src/settings/json-schema.ts";
import type { Row } from "../src/settings/option.ts";
import { optionGroups, options } from "../src/settings/options.ts";

const HEAD = `# Options

<!-- Made from the option table in src/settings by scripts/generate-docs.ts: change it there. -->

Every option of uWSGI and every setting of Gunicorn has one of four answers here:

| answer | |
|---|---|
| **works** | does what it does there |
| **no effect** | is accepted and changes nothing, because tsgi always does so or needs no such thing |
| **not yet** | is not in this version: a warning, or an error where leaving it out would lay something open |
| **never** | will not be: the sentence says why, and what to do instead |

\`tsgi check FILE\` says it for each line of a configuration, \`tsgi options WORD\` searches this page, and
\`tsgi options --schema\` prints a JSON schema for editors.`;

const FORMS = `The names are uWSGI's where uWSGI has the option; those that are tsgi's own say so. On the command line an option
is \`--name value\`, in a file \`name = value\`. A duration is a number of seconds, or has a unit: \`500ms\`, \`30s\`,
\`2m\`, \`1h\`, \`1d\`. A size is a number of bytes, or has a unit: \`64k\`, \`1m\`, \`1g\`. Where an option is given twice
the last one counts, unless it may be repeated.

An address is \`host:port\`, \`:port\` (every IPv4 address), \`[::1]:port\`, the path of a Unix socket (\`/run/app.sock\`,
\`unix:app\`), \`@name\` for an abstract one, or \`fd://3\` for an inherited descriptor.`;

const GUNICORN = `Of \`tsgi gunicorn\`: flags, and names in gunicorn.conf.py. An arrow names the option that it becomes.`;

interface Group {
  readonly title: string;
  readonly rows: readonly (readonly [string, Row])[];
}

const ORIGINS = { uwsgi: "From uWSGI", gunicorn: "From Gunicorn", tsgi: "tsgi's own" };

export function optionsPage(): string {
  const groups = optionGroups.map(({ title, names }) => ({ title, rows: names.map(rowNamed) }));
  const typed = groups.filter(({ rows }) => rows.some(([, { row }]) => row === "option"));
  const others = groups.filter((group) => !typed.includes(group));
  const parts = [
    HEAD,
    contents(typed, others),
    `## Options with a setting\n\n${FORMS}`,
    ...typed.map(typedSection),
    "## Options of uWSGI without a setting here",
    ...others.map(tableSection),
    `## Settings of Gunicorn\n\n${GUNICORN}`,
    ...gunicornGroups.map(gunicornSection),
  ];
  return `${parts.join("\n\n")}\n`;
}

function rowNamed(name: string): readonly [string, Row] {
  const row = options.get(name);
  if (row === undefined) throw new Error(`No row for ${name}`);
  return [name, row];
}

function contents(typed: readonly Group[], others: readonly Group[]): string {
  const links = (groups: readonly Group[]) =>
    groups.map(({ title }) => `[${title}](#${anchor(title)})`).join(", ");
  return [
    `- With a setting: ${links(typed)}`,
    `- Without one: ${links(others)}`,
    "- [Settings of Gunicorn](#settings-of-gunicorn)",
  ].join("\n");
}

/** A later heading of the same words gets a number: the option processes stands below the group Processes. */
function anchorOfOption(name: string): string {
  return optionGroups.some(({ title }) => anchor(title) === name) ? `${name}-1` : name;
}

/** As the page's renderers make it of a heading. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function typedSection({ title, rows }: Group): string {
  return [`### ${title}`, ...rows.map(([name, row]) => fullEntry(name, row))].join("\n\n");
}

function fullEntry(name: string, row: Row): string {
  const facts =
    row.row === "option"
      ? [`- Value: ${row.type.description}`, `- Default: ${shownDefault(row) ?? "none"}`]
      : [];
  if (row.row !== "option") facts.push(`- Answer: ${answerOf(row)}`);
  if (row.row === "option" && row.reload === "restart") facts.push("- A reload cannot change it");
  facts.push(`- ${ORIGINS[row.dialect]}`);
  if (row.gunicorn !== undefined) facts.push(`- In Gunicorn: \`${row.gunicorn}\``);
  return `#### ${name}\n\n\`${spelling(name, row)}\`\n\n${sentenceOf(row)}.\n\n${facts.join("\n")}`;
}

/** Options with the same sentence share a line. */
function tableSection({ title, rows }: Group): string {
  const lines = new Map<string, string[]>();
  for (const [name, row] of rows) {
    const names = [name, ...(row.aliases ?? [])].map((one) => `\`${one}\``);
    if (row.short !== undefined) names.push(`\`-${row.short}\``);
    const rest = `${answerOf(row)} | ${cell(sentenceOf(row))}`;
    lines.set(rest, [...(lines.get(rest) ?? []), ...names]);
  }
  const body = [...lines].map(([rest, names]) => `| ${names.join(", ")} | ${rest} |`);
  return [`### ${title}`, ["| option | answer | |", "|---|---|---|", ...body].join("\n")].join("\n\n");
}

function gunicornSection({ title, rows }: (typeof gunicornGroups)[number]): string {
  const body = Object.entries(rows).map(([name, row]) => {
    const written = [name, ...row.flags].map((one) => `\`${one}\``).join(", ");
    return `| ${written} | ${gunicornAnswer(row)} | ${cell(gunicornSentence(row))}${becomes(name, row)} |`;
  });
  const table = ["| setting | answer | |", "|---|---|---|", ...body].join("\n");
  return `### Gunicorn: ${title}\n\n${table}`;
}

function becomes(name: string, { answer }: GunicornSetting): string {
  if (answer.kind !== "works" && answer.kind !== "depends") return "";
  const option = [...options].find(([, row]) => row.gunicorn === name)?.[0];
  return option === undefined ? "" : ` → [${option}](#${anchorOfOption(option)})`;
}

function cell(text: string): string {
  return text
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
    .replace(/([*_])/g, "\\$1");
}
