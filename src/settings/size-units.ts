/** Sizes of which uWSGI takes a number alone for something else than bytes. */

import type { ValueType } from "./option.ts";
import { size } from "./value-types.ts";

/** Bytes; a number alone is megabytes, as in uWSGI. */
export function megabytes(): ValueType<number> {
  return sizeIn({ unit: "m", metavar: "MEGABYTES", bytes: size() });
}

/** Bytes; a number alone is kilobytes, as in uWSGI. */
export function kilobytes({ floor = 0 } = {}): ValueType<number> {
  return sizeIn({ unit: "k", metavar: "KILOBYTES", bytes: size({ floor }) });
}

interface SizeUnit {
  readonly unit: "k" | "m";
  readonly metavar: string;
  readonly bytes: ValueType<number>;
}

function sizeIn({ unit, metavar, bytes }: SizeUnit): ValueType<number> {
  return {
    ...bytes,
    metavar,
    description: `${bytes.description}; a number alone is in ${metavar.toLowerCase()}`,
    parse: (value) => bytes.parse(/^\d+$/.test(value) ? `${value}${unit}` : value),
  };
}
