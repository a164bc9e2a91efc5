/** Which file a directive means, in which format, and what it says. */

import type { Document } from "../document.ts";
import type { Surroundings, TextRead } from "../surroundings.ts";
import { type NamedFile, replaceMagic } from "./magic.ts";

export type Format = "ini" | "yaml" | "xml" | "json";

/** A file to read. */
export interface Source extends NamedFile {
  readonly format: Format;
  /** Absolute; null for what is no path: a command, a descriptor. */
  readonly folder: string | null;
}

const formatOfExtension: ReadonlyMap<string, Format> = new Map<string, Format>([
  ["ini", "ini"],
  ["xml", "xml"],
  ["yaml", "yaml"],
  ["yml", "yaml"],
  ["json", "json"],
  ["js", "json"],
]);

const LONGEST_LIST = 12;

/** "app.ini", "app.ini:section", ":section": the section is what follows the last colon. */
export function splitSection(reference: string): { readonly name: string; readonly section: string | null } {
  const searched = schemeOf(reference) === null ? reference : reference.slice(reference.lastIndexOf("/"));
  const colon = searched.lastIndexOf(":");
  if (colon < 0) return { name: reference, section: null };
  const section = searched.slice(colon + 1);
  const name = reference.slice(0, reference.length - searched.length + colon);
  return { name, section: section === "" ? null : section };
}

/** By the extension; null for any other. */
export function formatOf(reference: string): Format | null {
  const extension = /\.([a-z]+)$/.exec(splitSection(reference).name)?.[1] ?? "";
  return formatOfExtension.get(extension) ?? null;
}

/** "http" of "http://…"; null for a path. */
export function schemeOf(reference: string): string | null {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(reference)?.[1] ?? null;
}

/** The reason why nothing is read from there, or null. */
export function remoteRefusal(reference: string): string | null {
  const scheme = schemeOf(reference);
  switch (scheme) {
    case null:
    case "exec":
    case "fd":
    case "file":
      return null;
    case "sym":
    case "section":
    case "call":
    case "callint":
    case "data":
      return `${scheme}:// reads from inside uWSGI's own program, and tsgi is another one: put it into a file`;
    case "emperor":
      return "emperor:// is how uWSGI's Emperor hands configurations to its vassals: name a file";
    default:
      return `a configuration is not taken from ${scheme}://: whoever can change what comes from there decides what runs here. Fetch it into a file first`;
  }
}

/**
 * Where `name` lies. uWSGI takes it relative to the working directory; where nothing is there it may
 * stand beside the file that names it.
 */
export function locate(
  name: string,
  beside: string | null,
  surroundings: Surroundings,
): { readonly path: string; readonly folder: string } {
  const inWorkingDirectory = name.startsWith("/") ? name : `${surroundings.workingDirectory}/${name}`;
  const candidates = [
    inWorkingDirectory,
    ...(beside === null || name.startsWith("/") ? [] : [`${beside}/${name}`]),
  ];
  const chosen = candidates.find((path) => surroundings.kindOf(path) !== "absent") ?? inWorkingDirectory;
  const slash = chosen.lastIndexOf("/");
  const folder = surroundings.realPath(chosen.slice(0, slash) || "/") ?? chosen.slice(0, slash);
  return { path: `${folder === "/" ? "" : folder}/${chosen.slice(slash + 1)}`, folder };
}

/** What stands behind a path, a descriptor (fd://3, "-") or a command (exec://…). */
export function readSource(path: string, surroundings: Surroundings): TextRead {
  const scheme = schemeOf(path);
  if (path === "-") return surroundings.readDescriptor(0);
  if (scheme === "fd")
    return surroundings.readDescriptor(Number.parseInt(path.slice("fd://".length), 10) || 0);
  if (scheme === "file") return surroundings.readText(path.slice("file://".length));
  if (scheme !== "exec") return surroundings.readText(path);
  const { output, problem } = surroundings.run(path.slice("exec://".length));
  return problem === null
    ? { kind: "text", text: output, latin1Line: null }
    : { kind: "refused", reason: `its command ${problem}` };
}

/** The parsers of YAML, XML and JSON are loaded only for the first file that needs them. */
export async function parse(text: string, format: Format): Promise<Document> {
  switch (format) {
    case "ini": {
      const { parseIni } = await import("../ini.ts");
      return parseIni(text);
    }
    case "yaml": {
      const { parseYaml } = await import("../yaml.ts");
      return parseYaml(text);
    }
    case "xml": {
      const { parseXml } = await import("../xml.ts");
      return parseXml(text);
    }
    case "json": {
      const { parseJson } = await import("../json.ts");
      return parseJson(text);
    }
  }
}

/** The text as its parser gets it: without a byte order mark, magic variables replaced. */
export function prepare(
  text: string,
  source: Source,
  { first, surroundings }: { first: NamedFile | null; surroundings: Surroundings },
): string {
  return replaceMagic(text.replace(/^\uFEFF/, ""), source, { first, surroundings });
}

/** For a message about a section that is missing. */
export function listSections(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  if (distinct.length === 0) return "it has no section at all";
  const shown = distinct
    .slice(0, LONGEST_LIST)
    .map((name) => `[${name}]`)
    .join(", ");
  return `it has ${shown}${distinct.length > LONGEST_LIST ? " …" : ""}`;
}
