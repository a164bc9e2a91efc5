import type { Vocabulary } from "../argv.ts";
import type { Configuration } from "../configuration.ts";

/** For --show-config: the whole configuration as one ini file, each key as it was written, as uWSGI prints it. */
export function showConfig({ entries }: Pick<Configuration, "entries">): string {
  const lines = entries.map(({ written, value, place }) => {
    const alone = place.kind === "argument" ? "true" : "";
    return `${written} = ${value ?? alone}\n`;
  });
  return `;uWSGI instance configuration\n[uwsgi]\n${lines.join("")};end of configuration\n`;
}

/** For --dump-options: all names of options, one a line, in the order of the alphabet. */
export function dumpOptions({ long }: Vocabulary): string {
  return [...long.keys()]
    .sort()
    .map((name) => `${name}\n`)
    .join("");
}
