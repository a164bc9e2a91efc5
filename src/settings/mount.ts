/** `/shop=shop.wsgi:application`: an application below a prefix of the path. */

import { invalid, type Parsed, parsed } from "../base/parsed.ts";
import { readFileTarget, readModuleTarget, showApplication } from "./application-target.ts";
import { lastOf, type ValueType } from "./option.ts";
import type { ApplicationSetting } from "./settings.ts";

export interface Mount {
  /** Begins with a slash and does not end with one; "" for the root. */
  readonly prefix: string;
  readonly application: ApplicationSetting;
}

export function mount(): ValueType<Mount> {
  return {
    value: "required",
    metavar: "/PREFIX=APPLICATION",
    description: "a prefix of the path and an application",
    schema: { type: "string", pattern: "^/[^=]*=.+" },
    parse: parseMount,
    show: ({ prefix, application }) => `${prefix === "" ? "/" : prefix}=${showApplication(application)}`,
    combine: lastOf,
  };
}

function parseMount(text: string): Parsed<Mount> {
  const equals = text.indexOf("=");
  const prefix = text.slice(0, Math.max(equals, 0));
  const place = text.slice(equals + 1);
  if (!prefix.startsWith("/") || place === "") return invalid('"/prefix=application"');
  // uWSGI takes what has a slash or ends like a file for one, all else for a module.
  const isFile = place.includes("/") || /\.(py|wsgi)(:|$)/.test(place);
  const target = isFile ? readFileTarget(place) : readModuleTarget(place);
  if (target.kind === "invalid") return invalid(`behind the equals sign, ${target.wanted}`);
  return parsed({ prefix: prefix.replace(/\/+$/, ""), application: target.application });
}
