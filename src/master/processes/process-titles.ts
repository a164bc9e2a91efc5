import type { TitleParts } from "../../base/application-message.ts";
import type { Settings } from "../../settings/settings.ts";

export function titleParts(settings: Settings): TitleParts {
  const { procname, procnamePrefix, procnamePrefixSpaced, procnameAppend } = settings;
  const prefix = procnamePrefixSpaced === null ? procnamePrefix : `${procnamePrefixSpaced} `;
  return { title: procname, prefix, suffix: procnameAppend };
}

export function routerTitle(settings: Settings): string {
  const { title, prefix, suffix } = titleParts(settings);
  return `${prefix}${title ?? "tsgi: router"}${suffix}`;
}

export function masterTitle(settings: Settings): string {
  const { title, prefix, suffix } = titleParts(settings);
  return settings.procnameMaster ?? `${prefix}${title ?? "tsgi: master"}${suffix}`;
}
