import { ASCII, DICT, INTERNED_SHORT_ASCII, SHORT_ASCII, UNICODE } from "./marshal.ts";

/**
 * The texts of an environ that `encodeEnviron` has written at `start`, whose end need not be written yet.
 * For people, when something is to be said about a request: not for the path of one.
 */
export function readEnviron(bytes: Buffer, start: number): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  if (bytes[start] !== DICT) return texts;
  let at = start + 1;
  for (;;) {
    const key = readText(bytes, at);
    const value = key === null ? null : readText(bytes, key.behind);
    if (key === null || value === null) return texts;
    texts.set(key.text, value.text);
    at = value.behind;
  }
}

/** Null where no text begins: at the end. */
function readText(bytes: Buffer, at: number): { readonly text: string; readonly behind: number } | null {
  const type = bytes[at];
  if (type === SHORT_ASCII || type === INTERNED_SHORT_ASCII) {
    const start = at + 2;
    const behind = start + (bytes[at + 1] ?? 0);
    return { text: bytes.toString("latin1", start, behind), behind };
  }
  if (type !== ASCII && type !== UNICODE) return null;
  if (at + 5 > bytes.length) return null;
  const behind = at + 5 + bytes.readUInt32LE(at + 1);
  return { text: bytes.toString("utf8", at + 5, behind), behind };
}
