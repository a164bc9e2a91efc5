import { SECOND } from "../../base/duration.ts";
import { type Attachment, attachedProgram } from "../attached-program.ts";
import { hook, shellCommand } from "../hook-values.ts";
import { option } from "../option.ts";
import { touchHook } from "../touch-command.ts";
import { address, duration, flag, list, path, text } from "../value-types.ts";

/** Actions and commands at the turns of an instance's life, and what a start waits for. */
export const hookOptions = {
  "hook-asap": hooks("first of all, before anything is opened; again at each reload"),
  "exec-asap": commands("first of all, before anything is opened; again at each reload"),
  "hook-pre-jail": hooks("behind hook-asap; not at a reload", "restart"),
  "exec-pre-jail": commands("behind exec-asap; not at a reload", "restart"),
  "hook-in-jail": hooks("behind hook-pre-jail; again at each reload"),
  "exec-in-jail": commands("behind exec-pre-jail; again at each reload"),
  "hook-as-root": hooks("while the rights of root are there, once the sockets are bound; never without them"),
  "exec-as-root": commands(
    "while the rights of root are there, once the sockets are bound; never without them",
  ),
  "hook-as-user": hooks("once the rights of root are given up; again at each reload"),
  "exec-as-user": commands("once the rights of root are given up; again at each reload"),
  "hook-as-user-atexit": hooks("when the instance has ended, and at the beginning of each reload"),
  "exec-as-user-atexit": commands("when the instance has ended, and at the beginning of each reload"),
  "hook-pre-app": hooks("in the process that imports the application, before it does"),
  "exec-pre-app": commands("in the process that imports the application, before it does"),
  "hook-post-app": hooks("in the process that imports the application, when it has"),
  "exec-post-app": commands("in the process that imports the application, when it has"),
  "hook-post-fork": hooks("in each worker, first of all"),
  "hook-accepting": hooks("in each worker, before its first request"),
  "hook-accepting1": hooks("in worker 1, before its first request"),
  "hook-accepting-once": hooks("as --hook-accepting, but not in successors; again after a reload"),
  "hook-accepting1-once": hooks("as --hook-accepting1, but not in successors; again after a reload"),
  "hook-master-start": hooks("in the master, when the instance serves", "restart"),
  "hook-touch": option({
    type: list(touchHook()),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "Do something in the master when a file is touched: looked at every second",
  }),
  binsh: option({
    type: list(path()),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "The shell that runs commands of hooks and attached programs, if it is there; /bin/sh else",
  }),
  "wait-for-interface": option({
    type: list(text("NAME")),
    default: [],
    aliases: ["wait-interface", "wait-for-iface", "wait-iface"],
    dialect: "uwsgi",
    reload: "restart",
    help: "Start once this network interface is there",
  }),
  "wait-for-interface-timeout": seconds("How long --wait-for-interface waits before the start is given up", [
    "wait-interface-timeout",
    "wait-for-iface-timeout",
    "wait-iface-timeout",
  ]),
  "wait-for-fs": paths("Start once this file or directory is there"),
  "wait-for-file": paths("Start once this file is there"),
  "wait-for-dir": paths("Start once this directory is there"),
  "wait-for-mountpoint": paths("Start once a file system is mounted here"),
  "wait-for-fs-timeout": seconds("How long a start waits for files, directories and file systems"),
  "wait-for-socket": option({
    type: list(address()),
    default: [],
    dialect: "uwsgi",
    reload: "restart",
    help: "Import the application once something listens on this address",
  }),
  "wait-for-socket-timeout": seconds("How long --wait-for-socket waits before the start is given up"),
  "attach-daemon": program("plain", "Run a program beside the application, start it again when it ends"),
  "attach-control-daemon": program("control", "As --attach-daemon, but when it ends the instance ends, too"),
  "smart-attach-daemon": program(
    "smart",
    "Keep a program running that goes to the background and writes this pidfile; it outlives the instance",
  ),
  "smart-attach-daemon2": program(
    "smart2",
    "As --smart-attach-daemon, but of a program that stays in the foreground: tsgi writes the pidfile",
  ),
  "attach-daemon2": program(
    "pairs",
    "As --attach-daemon or --smart-attach-daemon, with all that can be said",
  ),
  "daemons-honour-stdin": option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "applies",
    help: "Leave attached programs the standard input of tsgi instead of an empty one",
  }),
};

type Reload = "applies" | "restart";

function hooks(stage: string, reload: Reload = "applies") {
  return option({ type: list(hook()), default: [], dialect: "uwsgi", reload, help: `Do this ${stage}` });
}

function commands(stage: string, reload: Reload = "applies") {
  const help = `Run this command ${stage}`;
  return option({ type: list(shellCommand()), default: [], dialect: "uwsgi", reload, help });
}

function program(kind: Attachment, help: string) {
  const row = {
    type: list(attachedProgram(kind)),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
  } as const;
  return option({ ...row, help });
}

function paths(help: string) {
  return option({ type: list(path()), default: [], dialect: "uwsgi", reload: "restart", help });
}

function seconds(help: string, aliases: readonly string[] = []) {
  const row = { type: duration(), default: 60 * SECOND, dialect: "uwsgi", reload: "restart" } as const;
  return option({ ...row, aliases, help });
}
