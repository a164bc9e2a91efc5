import { spelling } from "../src/cli/help.ts";
import { shownDefault } from "../src/settings/json-schema.ts";
import type { Row } from "../src/settings/option.ts";
import { optionGroups, options } from "../src/settings/options.ts";

const HEAD = `# Options

<!-- Made from the option table in src/settings by scripts/generate-docs.ts: change it there. -->

The names are uWSGI's where uWSGI has the option; those that are tsgi's own say so. A duration is a number of
seconds, or has a unit: \`500ms\`, \`30s\`, \`2m\`, \`1h\`, \`1d\`. A size is a number of bytes, or has a unit: \`64k\`,
\`1m\`, \`1g\`. Where an option is given twice the last one counts, unless it may be repeated.

An address is \`host:port\`, \`:port\` (every IPv4 address), \`[::1]:port\`, the path of a Unix socket (\`/run/app.sock\`,
\`unix:app\`), \`@name\` for an abstract one, or \`fd://3\` for an inherited descriptor.
`;

const ORIGINS = { uwsgi: "From uWSGI", gunicorn: "From Gunicorn", tsgi: "tsgi's own" };

/** docs/options.md */
export function optionsPage(): string {
  const sections = optionGroups.map(({ title, names }) => {
    return `## ${title}\n\n${names.map((name) => sectionOf(name)).join("\n")}`;
  });
  return `${[HEAD, ...sections].join("\n")}`;
}

function sectionOf(name: string): string {
  const row = options.get(name);
  if (row === undefined) throw new Error(`No row for ${name}`);
  const facts = [`\`${spelling(name, row)}\``, "", `${row.help}.`, "", ...factsOf(row)];
  return `### ${name}\n\n${facts.join("\n")}\n`;
}

function factsOf(row: Row): readonly string[] {
  const facts: string[] = [];
  if (row.row === "option") {
    facts.push(`- Value: ${row.type.description}`, `- Default: ${shownDefault(row) ?? "none"}`);
  }
  if (row.row === "noEffect") facts.push("- Has no effect");
  facts.push(`- ${ORIGINS[row.dialect]}`);
  if (row.gunicorn !== undefined) facts.push(`- In Gunicorn: \`${row.gunicorn}\``);
  return facts;
}
