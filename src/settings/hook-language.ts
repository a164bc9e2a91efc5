/**
 * uWSGI's language of hooks: `exec:./migrate.sh`, `write:/run/site.state up`. With a "!" in front the log
 * does not repeat it. What another action would do in uWSGI and cannot do here is left out with a warning;
 * what could lay something open by being left out is an error.
 */

import { type CommandName, SIGNALS, type SignalName } from "../base/commands.ts";
import type { Deed, Hook } from "../base/hook.ts";
import { invalid, type Parsed, parsed } from "../base/parsed.ts";
import { splitOnce } from "../base/split-once.ts";

/** Answers the deed; a string completes "… is wanted". */
type Reader = (argument: string) => Deed | string;

export function parseHook(text: string): Parsed<Hook> {
  const isPrivate = text.startsWith("!");
  const words = isPrivate ? text.slice(1) : text;
  const at = words.indexOf(":");
  if (at < 1 || text.includes("\0")) return invalid(`an action and its argument, such as "exec:COMMAND"`);
  const action = words.slice(0, at);
  const read = readers.get(action);
  if (read === undefined) return invalid(`${WORDS} before the colon`);
  const deed = read(words.slice(at + 1));
  if (typeof deed === "string") return invalid(deed);
  return parsed({ shown: isPrivate ? "a private hook" : words, deed });
}

const WORDS =
  "exec, safeexec, write, writen, append, appendn, create, unlink, mkdir, cd, putenv, chmod, chown, print or another action of uWSGI's";

/** What an `exec-*` option says. */
export function commandHook(command: string): Hook {
  return { shown: command, deed: { do: "exec", command, mayFail: false } };
}

const NO_C_FUNCTIONS = "it calls a C function in uWSGI's program; exec: runs a command at the same stage";
const NO_RPC = "tsgi has no remote procedure calls; exec: runs a command at the same stage";

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["exec", (command) => ({ do: "exec", command, mayFail: false })],
  ["safeexec", (command) => ({ do: "exec", command, mayFail: true })],
  ["print", (text) => ({ do: "print", text })],
  ["log", (text) => ({ do: "print", text })],
  ["cd", path("chdir")],
  ["chdir", path("chdir")],
  ["mkdir", path("mkdir")],
  ["unlink", path("unlink")],
  ["sticky", path("sticky")],
  ["putenv", readPutenv],
  ["create", (file) => writeDeed({ file, text: "", appends: false })],
  ["creat", (file) => writeDeed({ file, text: "", appends: false })],
  ["write", writeTo({ appends: false, end: "" })],
  ["writen", writeTo({ appends: false, end: "\n" })],
  ["append", writeTo({ appends: true, end: "" })],
  ["appendn", readAppendLine],
  ["writefifo", writeToFifo({ waits: false })],
  ["spinningfifo", writeToFifo({ waits: true })],
  ["chmod", readChmod],
  ["chown", readChown],
  ["chown2", readChown],
  ["wait_for_fs", (path) => ({ do: "wait", what: "fs", path })],
  ["wait_for_file", (path) => ({ do: "wait", what: "file", path })],
  ["wait_for_dir", (path) => ({ do: "wait", what: "dir", path })],
  ["wait_for_socket", (path) => ({ do: "wait", what: "socket", path })],
  ["unix_signal", readSignal],
  ["exit", (code) => ({ do: "exit", code: Number.parseInt(code, 10) || 0 })],
  ["call", leftOut(NO_C_FUNCTIONS)],
  ["callret", leftOut(NO_C_FUNCTIONS)],
  ["callint", leftOut(NO_C_FUNCTIONS)],
  ["callintret", leftOut(NO_C_FUNCTIONS)],
  ["rpc", leftOut(NO_RPC)],
  ["retryrpc", leftOut(NO_RPC)],
  ["alarm", leftOut("alarms are not in this version; exec: can send a message")],
  ["hostname", leftOut("tsgi leaves the name of the machine alone")],
  ["mount", () => "another action: tsgi mounts nothing, let the system do it (systemd: BindPaths=)"],
  ["umount", () => "another action: tsgi unmounts nothing, let the system do it (InaccessiblePaths=)"],
]);

function path(deed: "chdir" | "mkdir" | "sticky" | "unlink"): Reader {
  return (argument) => (argument === "" ? "a path behind the colon" : { do: deed, path: argument });
}

function leftOut(because: string): Reader {
  return () => ({ do: "nothing", because });
}

function readPutenv(argument: string): Deed | string {
  const at = argument.indexOf("=");
  if (at < 1) return "NAME=VALUE behind putenv:";
  return { do: "putenv", name: argument.slice(0, at), value: argument.slice(at + 1) };
}

function writeTo({ appends, end }: { appends: boolean; end: string }): Reader {
  return (argument) => {
    const [file, text] = splitOnce(argument, " ");
    return text === null ? "a file, a blank and the text" : writeDeed({ file, text: text + end, appends });
  };
}

/** Without a text it is an empty line. */
function readAppendLine(argument: string): Deed | string {
  const [file, text] = splitOnce(argument, " ");
  return writeDeed({ file, text: `${text ?? ""}\n`, appends: true });
}

function writeDeed({ file, text, appends }: { file: string; text: string; appends: boolean }): Deed | string {
  return file === "" ? "a file behind the colon" : { do: "write", path: file, text, appends };
}

function writeToFifo({ waits }: { waits: boolean }): Reader {
  return (argument) => {
    const [file, text] = splitOnce(argument, " ");
    if (file === "" || text === null) return "a FIFO, a blank and the text";
    return { do: "writefifo", path: file, text, waits };
  };
}

function readChmod(argument: string): Deed | string {
  const [, file, digits] = /^(.+?) +0?([0-7]{3})$/.exec(argument) ?? [];
  if (file === undefined || digits === undefined) return 'a path and an octal mode such as "640"';
  return { do: "chmod", path: file, mode: Number.parseInt(digits, 8) };
}

function readChown(argument: string): Deed | string {
  const [, file, user, group] = /^(.+?) +(\S+) +(\S+)$/.exec(argument) ?? [];
  if (file === undefined || user === undefined || group === undefined) return "a path, a user and a group";
  return { do: "chown", path: file, user, group };
}

/** The functions of uWSGI's program that people name here, and what they are for. */
const FUNCTIONS: Readonly<Record<string, Exclude<CommandName, "scale">>> = {
  gracefully_kill_them_all: "stop",
  kill_them_all: "stop-at-once",
  grace_them_all: "reload",
  reap_them_all: "reload-at-once",
};

/** Linux's numbers; the others are none of the master's. */
const NUMBERS: ReadonlyMap<number, SignalName> = new Map<number, SignalName>([
  [1, "SIGHUP"],
  [2, "SIGINT"],
  [3, "SIGQUIT"],
  [10, "SIGUSR1"],
  [12, "SIGUSR2"],
  [15, "SIGTERM"],
  [20, "SIGTSTP"],
  [21, "SIGTTIN"],
  [22, "SIGTTOU"],
  [23, "SIGURG"],
  [28, "SIGWINCH"],
]);

function readSignal(argument: string): Deed | string {
  const [number, name] = splitOnce(argument.trim(), " ");
  if (name === null) return "the number of a signal, a blank and a function";
  const signal = NUMBERS.get(Number(number)) ?? SIGNALS.find((one) => one === number);
  const command = FUNCTIONS[name.trim()];
  const known = Object.keys(FUNCTIONS).join(", ");
  if (signal === undefined) return { do: "nothing", because: `tsgi's master takes no signal ${number}` };
  if (command === undefined)
    return { do: "nothing", because: `of the functions in uWSGI's program tsgi knows ${known}` };
  return { do: "signal", signal, command };
}
