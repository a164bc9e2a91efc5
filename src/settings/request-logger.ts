import { invalid, parsed } from "../base/parsed.ts";
import { lastOf, type ValueType } from "./option.ts";

/** Where the lines for requests go; `path` null is the log itself. */
export interface RequestLogger {
  readonly path: string | null;
}

/** `stdio`, `file:/var/log/requests.log`; uWSGI allows a name in front: `errors file:…`. */
export function requestLogger(): ValueType<RequestLogger> {
  return {
    value: "required",
    metavar: "LOGGER",
    description: "file:PATH or stdio",
    schema: { type: "string" },
    parse: (text) => {
      if (/^(\S+ +)?stdio:?$/.test(text)) return parsed({ path: null });
      const path = /^(?:\S+ +)?file:(.+)$/.exec(text)?.[1];
      return path === undefined
        ? invalid('"file:PATH" or "stdio" (other loggers are not in this version)')
        : parsed({ path });
    },
    show: ({ path }) => (path === null ? "stdio" : `file:${path}`),
    combine: lastOf,
  };
}
