import type { JsonSchema, Row } from "./option.ts";
import { options } from "./options.ts";

/** A JSON schema of the options by name, for editors and for checks by other programs. */
export function settingsSchema(): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const [name, row] of options) {
    if (row.row === "never") continue;
    properties[name] = propertyOf(row);
    for (const alias of row.aliases ?? []) properties[alias] = { $ref: `#/properties/${name}` };
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Settings of tsgi",
    type: "object",
    properties,
    additionalProperties: false,
  };
}

function propertyOf(row: Row): JsonSchema {
  const described = { description: row.help, ...row.type.schema };
  const shown = row.row === "option" ? shownDefault(row) : null;
  return shown === null ? described : { ...described, default: shown };
}

/** The default as one would write it; null where there is none. */
export function shownDefault(row: Extract<Row, { row: "option" }>): string | null {
  const { default: value } = row;
  if (value === null || value === "" || value === false || (Array.isArray(value) && value.length === 0))
    return null;
  return row.type.show(value);
}
