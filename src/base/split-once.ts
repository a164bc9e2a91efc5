/** "NAME=value" at its first equals sign, or another separator; null where there is none. */
export function splitOnce(text: string, separator = "="): readonly [name: string, value: string | null] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + separator.length)];
}
