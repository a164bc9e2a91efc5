import type { OptionSyntax, Vocabulary } from "../config/argv.ts";
import { meantOption } from "./meant-option.ts";
import type { Row } from "./option.ts";

/** How the options of a table are written on a command line. */
export function vocabularyOf(rows: ReadonlyMap<string, Row>): Vocabulary {
  const long = new Map<string, OptionSyntax>();
  const short = new Map<string, OptionSyntax>();
  for (const [name, row] of rows) {
    const syntax = syntaxOf(name, row);
    for (const written of [name, ...(row.aliases ?? [])]) addOnce(long, written, syntax);
    if (row.short !== undefined) addOnce(short, row.short, syntax);
  }
  return { long, short, meant: (written) => meantOption(written)?.name ?? null };
}

function syntaxOf(name: string, row: Row): OptionSyntax {
  return { name, value: row.type.value, accepts: (text) => row.type.parse(text).kind === "value" };
}

function addOnce(names: Map<string, OptionSyntax>, name: string, syntax: OptionSyntax): void {
  const earlier = names.get(name);
  if (earlier !== undefined)
    throw new Error(`The option table gives "${name}" to ${earlier.name} and ${syntax.name}`);
  names.set(name, syntax);
}
