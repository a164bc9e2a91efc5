/** "NAME=value" at its first equals sign; null where there is none. */
export function splitOnce(text: string): readonly [name: string, value: string | null] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)];
}
