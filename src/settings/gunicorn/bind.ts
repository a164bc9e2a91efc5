/** Gunicorn's addresses → ours. */

import type { JsonValue } from "../../base/json-value.ts";
import { isList } from "./python-values.ts";
import { absolutePath, type FinalSettings, type OptionValue } from "./setting.ts";

const PORT = "8000";

/** The options for `bind`; the sockets' mode is that of Gunicorn's umask, 777 by default: a proxy of another user connects. */
export function bindOptions(value: JsonValue, settings: FinalSettings): readonly OptionValue[] {
  const addresses = (isList(value) ? value : []).map((text) => readBind(String(text), settings.directory));
  const speaksUwsgi = settings.values.get("protocol") === "uwsgi";
  const listeners = addresses.map((address): OptionValue => [speaksUwsgi ? "uwsgi-socket" : "http", address]);
  const hasSocket = addresses.some((address) => address.startsWith("unix:") && !address.startsWith("unix:@"));
  return hasSocket ? [...listeners, ...socketOptions(settings)] : listeners;
}

/** "0.0.0.0" has port 8000; what is wrong is passed on as it is, for the option to refuse. */
function readBind(text: string, directory: string): string {
  const path = /^unix:(?:\/\/)?(.+)$/s.exec(text)?.[1];
  if (path !== undefined) return `unix:${path.startsWith("@") ? path : absolutePath(path, directory)}`;
  if (text.startsWith("fd://")) return text;
  const address = text.replace(/^tcp:\/\//, "").toLowerCase();
  const bracketed = /^\[(.*)\](?::(.*))?$/.exec(address);
  if (bracketed !== null) return `[${bracketed[1]}]:${bracketed[2] ?? PORT}`;
  if (address === "") return `:${PORT}`;
  return address.includes(":") ? address : `${address}:${PORT}`;
}

function socketOptions({ values }: FinalSettings): readonly OptionValue[] {
  const mode = 0o777 & ~Number(values.get("umask") ?? 0);
  const options: OptionValue[] = [["chmod-socket", mode.toString(8).padStart(3, "0")]];
  const [user, group] = [values.get("user") ?? null, values.get("group") ?? null];
  if (user !== null) options.push(["chown-socket", group === null ? String(user) : `${user}:${group}`]);
  return options;
}
