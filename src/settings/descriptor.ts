/** `4` or `4:8`: a descriptor that is inherited. How many bytes to read from it does not matter here. */

import { invalid, parsed } from "../base/parsed.ts";
import { lastOf, type ValueType } from "./option.ts";

export function descriptor(): ValueType<number> {
  return {
    value: "required",
    metavar: "FD",
    description: "the number of a descriptor",
    schema: { type: ["string", "integer"], pattern: "^[0-9]+(:[0-9]+)?$" },
    parse: (text) => {
      const digits = /^(\d{1,6})(:\d{1,6})?$/.exec(text)?.[1];
      return digits === undefined ? invalid('the number of a descriptor, as in "4"') : parsed(Number(digits));
    },
    show: String,
    combine: lastOf,
  };
}
