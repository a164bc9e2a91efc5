const LONGEST = 100;

/** A value as a message shows it: in quotes, cut where it is long, and without what a terminal would act on. */
export function quoted(text: string): string {
  return `"${printable(shortened(text))}"`;
}

/** The same for what needs no quotes, as a name. */
export function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Control characters, and those that turn the direction of writing, as what they are: "\x1b". */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
}
