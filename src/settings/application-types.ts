/** The kinds of values that name an application. */

import { invalid, parsed } from "../base/parsed.ts";
import {
  isCallable,
  readFileTarget,
  readModuleTarget,
  showApplication,
  type Target,
} from "./application-target.ts";
import { lastOf, type ValueType } from "./option.ts";
import type { ApplicationSetting } from "./settings.ts";

/** "app.py", "/srv/shop/wsgi.py:application" */
export function applicationFile(): ValueType<ApplicationSetting> {
  return { ...application(readFileTarget), metavar: "FILE", description: "path of a Python file" };
}

/** "mysite.wsgi", "shop:create_app()" */
export function applicationModule(): ValueType<ApplicationSetting> {
  return { ...application(readModuleTarget), metavar: "MODULE[:CALLABLE]", description: "module" };
}

/** "application", "create_app()" */
export function callableName(): ValueType<string> {
  return {
    ...lastCounts,
    metavar: "NAME",
    description: "name of a callable, or a call",
    parse: (text) => (isCallable(text) ? parsed(text) : invalid("a name or a call such as create_app()")),
    show: (text) => text,
  };
}

const lastCounts = {
  value: "required",
  schema: { type: "string", minLength: 1 },
  combine: lastOf,
} as const;

function application(read: (text: string) => Target) {
  return {
    ...lastCounts,
    parse: (text: string) => {
      const target = text === "" || text.includes("\0") ? null : read(text);
      if (target === null) return invalid<ApplicationSetting>("an application");
      return target.kind === "target"
        ? parsed(target.application)
        : invalid<ApplicationSetting>(target.wanted);
    },
    show: showApplication,
  };
}
