import type { JsonSchema, Row } from "./option.ts";
import { options } from "./options.ts";

/**
 * A JSON schema of the YAML and JSON forms of a configuration, for editors: sections, `uwsgi` among them, of options.
 * A section may hold other names too: they are placeholders, or meant for the application.
 */
export function settingsSchema(): JsonSchema {
  const section = { $ref: "#/$defs/section" };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of tsgi",
    type: "object",
    properties: { uwsgi: section },
    additionalProperties: section,
    $defs: {
      section: { type: "object", properties: optionProperties() },
      placeholder: {
        description: "Text with %(name), $(VARIABLE), @(file) or a magic variable such as %d",
        type: "string",
        pattern: "[%$@]",
      },
    },
  };
}

function optionProperties(): Record<string, JsonSchema> {
  const properties: Record<string, JsonSchema> = {};
  for (const [name, row] of options) {
    properties[name] = propertyOf(row);
    for (const alias of row.aliases ?? []) properties[alias] = { $ref: `#/$defs/section/properties/${name}` };
  }
  return properties;
}

function propertyOf(row: Row): JsonSchema {
  const described = {
    description: row.help,
    ...(row.row === "noEffect" || row.row === "never" ? { deprecated: true } : {}),
    ...valueSchema(row),
  };
  const shown = row.row === "option" ? shownDefault(row) : null;
  return shown === null ? described : { ...described, default: shown };
}

/** Every value may be text with a placeholder, and numbers and flags may be written as text. */
function valueSchema({ type: { schema, value } }: Row): JsonSchema {
  if (Object.keys(schema).length === 0) return value === "none" ? { type: FLAG_TYPES } : {};
  if (value === "none") return { anyOf: [{ type: FLAG_TYPES }, PLACEHOLDER] };
  const isInteger = schema["type"] === "integer";
  return { anyOf: [schema, ...(isInteger ? [{ type: "string", pattern: "^[0-9]+$" }] : []), PLACEHOLDER] };
}

/** YAML's `master:` alone is null. */
const FLAG_TYPES = ["boolean", "integer", "null"];
const PLACEHOLDER = { $ref: "#/$defs/placeholder" };

/** The default as one would write it; null where there is none. */
export function shownDefault(row: Extract<Row, { row: "option" }>): string | null {
  const { default: value } = row;
  if (value === null || value === "" || value === false || (Array.isArray(value) && value.length === 0))
    return null;
  return row.type.show(value);
}
