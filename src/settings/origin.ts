import type { Settings } from "./settings.ts";

/**
 * Where an option was written, to begin a message with: "uwsgi.ini:2: chdir"; "--chdir" where nobody did.
 * `value`: a part of what was written, for options that can be given several times.
 */
export function originOf({ written }: Pick<Settings, "written">, option: string, value = ""): string {
  const find = (name: string | undefined) =>
    written.findLast((one) => one.name === name && (one.value ?? "").includes(value));
  return (find(option) ?? find(STAND_INS.get(option)))?.origin ?? `--${option}`;
}

/** What names the file where the option itself does not. */
const STAND_INS = new Map([
  ["logto", "daemonize"],
  ["logto2", "daemonize2"],
]);
