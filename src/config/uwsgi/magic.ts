/**
 * uWSGI's magic variables, %p or %d: replaced in the text of a file before it is parsed.
 * A letter without a meaning vanishes together with its percent sign.
 */

import type { Surroundings } from "../surroundings.ts";

/** What is known of a file that is read. */
export interface NamedFile {
  /** As it was named. */
  readonly name: string;
  /** Absolute, or the name itself for what is no path. */
  readonly path: string;
  /** Null where none was asked for. */
  readonly section: string | null;
}

/** Replaces the variables of `text`. `first` is the file that %P, %D and the like stand for. */
export function replaceMagic(
  text: string,
  file: NamedFile,
  { first, surroundings }: { first: NamedFile | null; surroundings: Surroundings },
): string {
  const values = new Map<string, string>();
  return text.replace(/%(.)/gsu, (written, letter: string) => {
    // The real one swallows the newline too and so joins two lines, which nobody means.
    if (letter === "\n") return letter;
    if (letter === "(") return written;
    const known = values.get(letter);
    if (known !== undefined) return known;
    const value = magicValue(letter, file, first, surroundings);
    values.set(letter, value);
    return value;
  });
}

/** Letters that replaceMagic() lets vanish, by line; lines that are comments in ini and YAML are left out. */
export function meaninglessLetters(text: string): readonly { line: number; written: string }[] {
  return text.split("\n").flatMap((line, index) => {
    if (/^\s*[;#]/.test(line)) return [];
    const found = [...line.matchAll(/%(.)/gsu)].map(([written]) => written);
    const vanishing = [...new Set(found.filter((written) => !MEANING.test(written)))];
    return vanishing.length === 0 ? [] : [{ line: index + 1, written: vanishing.join(", ") }];
  });
}

const MEANING = /^%[%([0-9vVhtTkuUgGbopsdencxijOPSDENCXIJ]$/;

function magicValue(
  letter: string,
  file: NamedFile,
  first: NamedFile | null,
  surroundings: Surroundings,
): string {
  if (letter === "%") return "%";
  if (letter === "[") return "\u001b";
  const ofFile = fileValue(letter, file, surroundings);
  if (ofFile !== null) return ofFile;
  const ofFirst = /[OPSDENCXIJ]/.test(letter) ? letter.toLowerCase() : null;
  if (ofFirst !== null) return first === null ? "" : (fileValue(ofFirst, first, surroundings) ?? "");
  return machineValue(letter, surroundings);
}

function machineValue(letter: string, surroundings: Surroundings): string {
  switch (letter) {
    case "v":
      return surroundings.workingDirectory;
    case "V":
      return surroundings.version;
    case "h":
      return surroundings.hostname;
    case "t":
      return String(Math.floor(surroundings.startTime / 1_000_000));
    case "T":
      return String(surroundings.startTime);
    case "k":
      return String(surroundings.cores);
    case "u":
      return String(surroundings.user.id);
    case "U":
      return surroundings.user.name;
    case "g":
      return String(surroundings.group.id);
    case "G":
      return surroundings.group.name;
    case "b":
      return surroundings.binaryPath;
    default:
      return "";
  }
}

/** Null for a letter that does not stand for a part of the file's name. */
function fileValue(letter: string, { name, path, section }: NamedFile, surroundings: Surroundings) {
  const base = path.slice(path.lastIndexOf("/") + 1);
  const directory = path.slice(0, path.length - base.length);
  const folders = directory.split("/").filter((folder) => folder !== "");
  if (/[0-9]/.test(letter)) return folders[Number(letter)] ?? "";
  switch (letter) {
    case "o":
      return name;
    case "p":
      return path;
    case "s":
      return base;
    case "d":
      return directory;
    case "e":
      return name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : "";
    case "n":
      return base.includes(".") ? base.slice(0, base.lastIndexOf(".")) : base;
    case "c":
      return folders.at(-1) ?? "";
    case "x":
      return section ?? "";
    case "i":
      return String(surroundings.inode(path) ?? 0);
    case "j":
      return djb33x(path);
    default:
      return null;
  }
}

/** The hash that uWSGI names vassals' sockets by: times 33, exclusive or, in 32 bits; shown from its lowest byte on. */
function djb33x(text: string): string {
  let hash = 5381;
  for (const byte of Buffer.from(text)) hash = (Math.imul(hash, 33) ^ byte) >>> 0;
  const shown = Buffer.alloc(4);
  shown.writeUInt32LE(hash);
  return shown.toString("hex").toUpperCase();
}
