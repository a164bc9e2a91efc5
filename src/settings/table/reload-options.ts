import { descriptor } from "../descriptor.ts";
import { option } from "../option.ts";
import { touchCommand } from "../touch-command.ts";
import { duration, flag, list, path, text } from "../value-types.ts";

/** Reloading, and what sets it off. Relative paths are seen from `chdir`, as in uWSGI. */
export const reloadOptions = {
  "touch-reload": option({
    type: list(path("FILE")),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "Reload when this file is touched, replaced or made: looked at every second",
  }),
  "touch-chain-reload": option({
    type: list(path("FILE")),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "As --touch-reload, but replacing one worker after the other",
  }),
  "touch-workers-reload": option({
    type: list(path("FILE")),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "Replace the workers by fresh ones of the same code when this file is touched",
  }),
  "touch-logreopen": option({
    type: list(path("FILE")),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "Open the log files anew when this file is touched",
  }),
  "touch-logrotate": option({
    type: list(path("FILE")),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "Rotate the log files when this file is touched",
  }),
  "touch-exec": option({
    type: list(touchCommand()),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "Let the shell run a command when a file is touched; what it writes goes to the log",
  }),
  "fs-reload": option({
    type: list(path()),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "Reload when this file changes, or anything in this directory; not in directories below it",
  }),
  "fs-brutal-reload": option({
    type: list(path()),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "As --fs-reload, but the old workers are killed as soon as the new ones serve",
  }),
  "chain-reload": option({
    type: flag(),
    default: false,
    dialect: "tsgi",
    reload: "applies",
    help: "Every reload replaces one worker after the other, each when its predecessor has left: never more than one beyond their number, where memory is short",
  }),
  "exit-on-reload": option({
    type: flag(),
    default: false,
    dialect: "uwsgi",
    reload: "applies",
    help: "Stop where a reload is asked for, so that whoever watches over tsgi starts it anew",
  }),
  "reload-on-fd": option({
    type: list(descriptor()),
    default: [],
    dialect: "uwsgi",
    reload: "restart",
    help: "Reload when something can be read from this inherited descriptor, a pipe or a socket",
  }),
  "brutal-reload-on-fd": option({
    type: list(descriptor()),
    default: [],
    dialect: "uwsgi",
    reload: "restart",
    help: "As --reload-on-fd, but the old workers are killed as soon as the new ones serve",
  }),
  "py-autoreload": option({
    type: duration(),
    default: 0,
    aliases: ["py-auto-reload", "python-autoreload", "python-auto-reload"],
    dialect: "uwsgi",
    gunicorn: "reload",
    reload: "applies",
    help: "For development: reload when a module or a template of the application is saved, and let requests wait for the new code. Any value but 0 switches it on: changes are noticed at once",
  }),
  "py-auto-reload-ignore": option({
    type: list(text("MODULE")),
    default: [],
    dialect: "uwsgi",
    reload: "applies",
    help: "With --py-autoreload: changes of this module do not count",
  }),
  "py-autoreload-extra": option({
    type: list(path()),
    default: [],
    dialect: "tsgi",
    gunicorn: "reload_extra_files",
    reload: "applies",
    help: "With --py-autoreload: changes of this file count too, or of any file in this directory and below",
  }),
  "py-autoreload-poll": option({
    type: flag(),
    default: false,
    dialect: "tsgi",
    gunicorn: "reload_engine",
    reload: "applies",
    help: "With --py-autoreload: look at the files again and again, where the system does not tell of changes (some shared folders of virtual machines)",
  }),
};
