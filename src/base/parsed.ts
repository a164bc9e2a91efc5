/** What reading a piece of text gives: a value, or what should have stood there. */
export type Parsed<T> =
  | { readonly kind: "value"; readonly value: T }
  /** `wanted` completes "… is wanted": "a whole number from 1 to 1024". */
  | { readonly kind: "invalid"; readonly wanted: string };

export function parsed<T>(value: T): Parsed<T> {
  return { kind: "value", value };
}

export function invalid<T>(wanted: string): Parsed<T> {
  return { kind: "invalid", wanted };
}
