import type { JsonValue } from "../../../base/json-value.ts";
import { isList } from "../python-values.ts";
import {
  absolutePath,
  as,
  type FinalSettings,
  type GunicornSetting,
  kind,
  never,
  noEffect,
  notYet,
  type OptionValue,
  path,
  refused,
  setting,
  text,
  texts,
  toggle,
  works,
} from "../setting.ts";
import { account, oneOf, string, strings, truth, wholeNumber } from "../value-kinds.ts";

/** The processes, their files and rights, and what helps while developing. */
export const processSettings: Readonly<Record<string, GunicornSetting>> = {
  chdir: setting("change to this directory first", text(null, "--chdir"), as("chdir")),
  pythonpath: setting(
    "directories for sys.path, with commas between them",
    kind(string("STRING"), null, "--pythonpath"),
    works((value, { directory }) =>
      // Each goes in front of those before it.
      (value === null || value === "" ? [] : String(value).split(","))
        .toReversed()
        .map((part) => ["pythonpath", absolutePath(part, directory)] as const),
    ),
  ),
  raw_env: setting(
    "a variable of the environment, NAME=VALUE",
    kind(strings("ENV"), [], "-e", "--env"),
    works((value) => (isList(value) ? value.map((pair) => ["env", String(pair)] as const) : [])),
  ),
  preload_app: setting(
    "import the application before the workers are forked",
    toggle("--preload"),
    works((value) => [["lazy-apps", value === true ? "false" : "true"]], { isImplied: true }),
  ),
  pidfile: setting(
    "a file for the master's process id, removed at the end",
    path("-p", "--pid"),
    works((value, { directory }) =>
      value === null || value === ""
        ? []
        : [
            ["pidfile", absolutePath(String(value), directory)],
            ["vacuum", "true"],
          ],
    ),
  ),
  user: setting("the user who serves", kind(account("USER"), null, "-u", "--user"), as("uid")),
  group: setting("the group who serves", kind(account("GROUP"), null, "-g", "--group"), as("gid")),
  umask: setting(
    "the mask for the modes of Unix sockets",
    kind(wholeNumber({ octal: true }), 0, "-m", "--umask"),
    // bind takes it along.
    works(() => []),
  ),
  proc_name: setting(
    "a name in the titles of the processes",
    text(null, "-n", "--name"),
    works((value) => (value === null || value === "" ? [] : [["procname-append", ` [${value}]`]])),
  ),
  default_proc_name: setting(
    "what stands in for proc_name",
    text("gunicorn"),
    noEffect("the processes' titles say tsgi"),
  ),
  daemon: setting("run in the background", toggle("-D", "--daemon"), works(background)),
  initgroups: setting(
    "take on all groups of the user",
    toggle("--initgroups"),
    noEffect("a user's groups are always taken on"),
  ),
  reuse_port: setting("let several servers listen on one port", toggle("--reuse-port"), as("reuse-port")),
  sendfile: setting(
    "hand files to the kernel for sending",
    kind(truth({ given: false }), null, "--no-sendfile"),
    noEffect("files are sent by the router, not by the workers"),
  ),
  worker_tmp_dir: setting(
    "a directory for the workers' heartbeat files",
    kind(string("DIR"), null, "--worker-tmp-dir"),
    noEffect("workers have no heartbeat files"),
  ),
  tmp_upload_dir: setting(
    "a directory for bodies of requests",
    text(null),
    noEffect("bodies wait in memory until the application reads them"),
  ),

  reload: setting(
    "restart the workers when their code changes",
    toggle("--reload"),
    works((value) => (value === true ? [["py-autoreload", "1"]] : [])),
  ),
  reload_engine: setting(
    "how changes of the code are noticed",
    kind(oneOf({ auto: "auto", poll: "poll", inotify: "inotify" }), "auto", "--reload-engine"),
    works((value) => (value === "poll" ? [["py-autoreload-poll", "true"]] : [])),
  ),
  reload_extra_files: setting(
    "further files to watch",
    texts("--reload-extra-file"),
    works((value) =>
      (Array.isArray(value) ? value : []).map((file) => ["py-autoreload-extra", String(file)]),
    ),
  ),
  spew: setting(
    "print every line that Python executes",
    toggle("--spew"),
    never("a debugger or python3 -m trace does that for one process"),
  ),
  check_config: setting(
    "check the configuration and end",
    toggle("--check-config"),
    works(() => []),
  ),
  print_config: setting(
    "print the configuration and end",
    toggle("--print-config"),
    works(() => []),
  ),

  paste: setting(
    "load the application from a file of Paste Deploy",
    kind(string(), null, "--paste", "--paster"),
    refused("leave it out and name the application, module:callable"),
  ),
  raw_paste_global_conf: setting("values for Paste Deploy's file", texts("--paste-global"), notYet()),

  control_socket: setting(
    "the socket for gunicornc",
    kind(string("PATH"), null, "--control-socket"),
    never("gunicornc does not speak with tsgi; tsgi ctl does, and needs no socket to be named"),
  ),
  control_socket_mode: setting(
    "the mode of the socket for gunicornc",
    kind(wholeNumber({ octal: true }), 0o600, "--control-socket-mode"),
    noEffect("there is no socket for gunicornc"),
  ),
  control_socket_disable: setting(
    "no socket for gunicornc",
    toggle("--no-control-socket"),
    noEffect("there is no socket for gunicornc"),
  ),

  dirty_apps: setting(
    "applications for long tasks in a pool of their own",
    texts("--dirty-app"),
    never(
      "tsgi has no dirty workers: the start is refused; leave it out and give such tasks a queue",
      "error",
    ),
  ),
  ...dirtyNumbers({ workers: 0, timeout: 300, threads: 1, graceful_timeout: 30 }),
};

/** As Gunicorn's: what goes to no file is kept only with enable_stdio_inheritance. */
function background(value: JsonValue, { values, directory }: FinalSettings): readonly OptionValue[] {
  if (value !== true) return [];
  const errorlog = String(values.get("errorlog") ?? "");
  if (errorlog !== "" && errorlog !== "-") return [["daemonize", absolutePath(errorlog, directory)]];
  return [["daemonize", values.get("enable_stdio_inheritance") === true ? "/dev/stdout" : "/dev/null"]];
}

function dirtyNumbers(defaults: Readonly<Record<string, number>>): Record<string, GunicornSetting> {
  const rows = Object.entries(defaults).map(([name, value]) => {
    const flag = `--dirty-${name.replaceAll("_", "-")}`;
    const shape = kind(wholeNumber(), value, flag);
    return [
      `dirty_${name}`,
      setting(`${name} of the dirty workers`, shape, noEffect("there are no dirty workers")),
    ] as const;
  });
  return Object.fromEntries(rows);
}
