import { invalid, type Parsed, parsed } from "./parsed.ts";

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

const UNITS = new Map([
  ["", 1],
  ["k", KIB],
  ["m", MIB],
  ["g", GIB],
]);

/** Bytes of "65536", "64k", "1m", "2g" in either case, with or without a "b" or "ib" behind. */
export function parseSize(text: string): Parsed<number> {
  const match = /^(\d{1,16})(?:([kmg])(?:i?b)?|b?)$/i.exec(text);
  const unit = UNITS.get(match?.[2]?.toLowerCase() ?? "");
  const bytes = Number(match?.[1]) * (unit ?? 1);
  if (!Number.isSafeInteger(bytes)) return invalid('a size in bytes such as "65536", "64k" or "1m"');
  return parsed(bytes);
}

/** The shortest exact form: 65536 is "64k", 1000 is "1000". */
export function showSize(bytes: number): string {
  if (bytes === 0) return "0";
  for (const [name, unit] of [...UNITS].reverse()) {
    if (bytes % unit === 0) return `${bytes / unit}${name}`;
  }
  return String(bytes);
}
