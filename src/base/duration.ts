import { invalid, type Parsed, parsed } from "./parsed.ts";

export const MILLISECOND = 1;
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Node's timers take no more: a longer wait would fire at once. */
export const LONGEST_DURATION = 24 * DAY;

const UNITS = new Map([
  ["ms", MILLISECOND],
  ["", SECOND],
  ["s", SECOND],
  ["m", MINUTE],
  ["h", HOUR],
  ["d", DAY],
]);

/** Milliseconds of "30", "30s", "500ms", "1.5s", "2m", "1h", "1d"; a number alone is in seconds, as in uWSGI. */
export function parseDuration(text: string): Parsed<number> {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d|)$/.exec(text);
  const unit = UNITS.get(match?.[2] ?? "?");
  if (match?.[1] === undefined || unit === undefined)
    return invalid('a duration such as "30", "500ms" or "2m"');
  const milliseconds = Math.round(Number(match[1]) * unit);
  if (milliseconds > LONGEST_DURATION)
    return invalid(`a duration of at most ${showDuration(LONGEST_DURATION)}`);
  return parsed(milliseconds);
}

/** The shortest exact form: 90000 is "90s", 120000 is "2m", 1500 is "1500ms". */
export function showDuration(milliseconds: number): string {
  if (milliseconds === 0) return "0";
  for (const [name, unit] of [...UNITS].reverse()) {
    if (name !== "" && milliseconds % unit === 0) return `${milliseconds / unit}${name}`;
  }
  return `${milliseconds}ms`;
}
