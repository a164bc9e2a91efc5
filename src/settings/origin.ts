import type { Settings } from "./settings.ts";

/**
 * Where an option was written, to begin a message with: "uwsgi.ini:2: chdir"; "--chdir" where nobody did.
 * `value`: a part of what was written, for options that can be given several times.
 */
export function originOf({ written }: Pick<Settings, "written">, option: string, value = ""): string {
  const entry = written.findLast((one) => one.name === option && (one.value ?? "").includes(value));
  return entry?.origin ?? `--${option}`;
}
