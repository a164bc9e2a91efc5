/** What the directives of the language do, but for conditions and loops: see blocks.ts. */

import { quoted } from "../../base/quoted.ts";
import { splitOnce } from "../../base/split-once.ts";
import { loadFile } from "./load-file.ts";
import type { Item, Reader } from "./reader.ts";
import { locate } from "./sources.ts";

type CarryOut = (item: Item, reader: Reader) => Promise<void> | void;

/** Null for any other option, and for `constructor` and other names that every object has. */
export function directiveOf(name: string): CarryOut | null {
  return Object.hasOwn(directives, name) ? (directives[name] ?? null) : null;
}

/** By the option's own name. */
const directives: Readonly<Record<string, CarryOut>> = {
  ini: (item, reader) => loadFile(item, reader, { format: "ini" }),
  yaml: (item, reader) => loadFile(item, reader, { format: "yaml" }),
  xml: (item, reader) => loadFile(item, reader, { format: "xml" }),
  json: (item, reader) => loadFile(item, reader, { format: "json" }),
  config: (item, reader) => loadFile(item, reader, { format: null }),
  include: (item, reader) => loadFile(item, reader, { format: null, isTemplate: true }),
  set,
  "set-placeholder": setPlaceholder,
  resolve,
  "declare-option": declareOption,
  blacklist: ({ value }, { lists }) => {
    lists.black = new Set((value ?? "").split(" "));
  },
  "end-blacklist": (_, { lists }) => {
    lists.black = null;
  },
  whitelist: ({ value }, { lists }) => {
    lists.white = new Set((value ?? "").split(" "));
  },
  "end-whitelist": (_, { lists }) => {
    lists.white = null;
  },
  envdir: readEnvdir,
  strict: () => {},
  else: () => {},
  endif: () => {},
  endfor: () => {},
  "show-config": () => {},
  "dump-options": () => {},
  "no-server": () => {},
};

async function set(item: Item, reader: Reader): Promise<void> {
  const assignment = assignmentOf(item, reader);
  if (assignment !== null) await reader.add({ ...item, ...assignment });
}

function setPlaceholder(item: Item, reader: Reader): void {
  const assignment = assignmentOf(item, reader);
  if (assignment === null) return;
  if (reader.vocabulary.long.has(assignment.key))
    return reader.refuse(
      `${item.origin}: ${assignment.key} is an option, so it cannot be a placeholder: choose another name`,
    );
  reader.push({ ...item, ...assignment }, { isFinal: true });
}

async function resolve(item: Item, reader: Reader): Promise<void> {
  const assignment = assignmentOf(item, reader);
  if (assignment === null) return;
  const address = await reader.surroundings.resolveHost(assignment.value);
  if (address === null)
    return reader.refuse(`${item.origin}: the host ${quoted(assignment.value)} has no address`);
  reader.push({ ...item, ...assignment, value: address }, { isFinal: true });
}

function assignmentOf({ value, origin }: Item, reader: Reader) {
  const [key, assigned] = splitOnce(value ?? "");
  if (assigned !== null) return { key, value: assigned, origin: `${origin} ${key}` };
  reader.refuse(`${origin}: ${quoted(value ?? "")} is not of the form name=value`);
  return null;
}

function declareOption({ value, origin }: Item, reader: Reader): void {
  const [name, template] = splitOnce(value ?? "");
  if (template !== null) reader.declared.set(name, template);
  else reader.refuse(`${origin}: ${quoted(value ?? "")} is not of the form name=option=value;option=value`);
}

/** One variable a file: its name, and its text without blanks at the end. An empty file removes the variable. */
function readEnvdir(item: Item, reader: Reader): void {
  const { key, value, origin, place } = item;
  const { surroundings } = reader;
  const { path } = locate(value ?? "", reader.stack.at(-1)?.folder ?? null, surroundings);
  const names = surroundings.list(path);
  if (names === null) return reader.refuse(`${origin}: the directory ${quoted(value ?? "")} cannot be read`);
  for (const name of names.filter((file) => !file.startsWith("."))) {
    const read = surroundings.readText(`${path}/${name}`);
    if (read.kind === "refused") {
      reader.refuse(`${origin}: the file ${name} in it ${read.reason}`);
      continue;
    }
    const text = read.text.trimEnd().replaceAll("\0", "\n");
    const isRemoved = read.text === "";
    if (key === "early-envdir") reader.setVariable(name, isRemoved ? null : text);
    const assignment = { key: isRemoved ? "unenv" : "env", value: isRemoved ? name : `${name}=${text}` };
    reader.push({ ...assignment, origin: `${origin} ${name}`, place, isTrusted: false }, { isFinal: true });
  }
}
