/**
 * Programs that run beside the application: attach-daemon and its kin.
 *
 *     attach-daemon        = celery -A site worker
 *     smart-attach-daemon  = /run/redis.pid,20 redis-server redis.conf
 *     attach-daemon2       = cmd=./mailer --queue,stopsignal=2,chdir=/srv/mailer
 */

import { invalid, type Parsed, parsed } from "../base/parsed.ts";
import { splitOnce } from "../base/split-once.ts";
import { lastOf, type ValueType } from "./option.ts";
import { type Account, account } from "./value-types.ts";

export interface AttachedProgram {
  /** For the shell. */
  readonly command: string;
  /** With one it outlives the instance, and whoever it names is the program. */
  readonly pidfile: string | null;
  /** It stays in the foreground, and the master writes its pidfile. */
  readonly isPutInBackground: boolean;
  /** How many seconds the pidfile may name nobody before it is started again. */
  readonly patience: number;
  /** The instance ends with it. */
  readonly isControl: boolean;
  /** Whoever touches one of these files starts it anew. */
  readonly touch: readonly string[];
  readonly stopSignal: number;
  /** At a reload, instead of being started anew. */
  readonly reloadSignal: number | null;
  readonly keepsInput: boolean;
  readonly user: Account | null;
  readonly group: Account | null;
  readonly directory: string | null;
  /** Seconds that it is waited at most before it is started again. */
  readonly longestPause: number | null;
  /** One with a pidfile is told of reloads and of the end, too. */
  readonly isNotified: boolean;
}

export type Attachment = "plain" | "control" | "smart" | "smart2" | "pairs";

export function attachedProgram(kind: Attachment): ValueType<AttachedProgram> {
  const form = forms[kind];
  return {
    value: "required",
    metavar: form.metavar,
    description: form.description,
    schema: { type: "string", minLength: 1 },
    leniency: "exact",
    parse: (text) => (text.includes("\0") ? invalid("a command") : form.parse(text)),
    show: ({ command }) => command,
    combine: lastOf,
  };
}

const SIGTERM = 15;
const PATIENCE = 10;

const plain: Omit<AttachedProgram, "command"> = {
  pidfile: null,
  isPutInBackground: false,
  patience: PATIENCE,
  isControl: false,
  touch: [],
  stopSignal: SIGTERM,
  reloadSignal: null,
  keepsInput: false,
  user: null,
  group: null,
  directory: null,
  longestPause: null,
  isNotified: false,
};

interface Form {
  readonly metavar: string;
  readonly description: string;
  readonly parse: (text: string) => Parsed<AttachedProgram>;
}

const forms: Readonly<Record<Attachment, Form>> = {
  plain: {
    metavar: "COMMAND",
    description: "command for the shell",
    parse: (command) => parsed({ ...plain, command }),
  },
  control: {
    metavar: "COMMAND",
    description: "command for the shell",
    parse: (command) => parsed({ ...plain, command, isControl: true }),
  },
  smart: {
    metavar: "PIDFILE[,SECONDS] COMMAND",
    description: "pidfile and command",
    parse: (text) => parseSmart(text, false),
  },
  smart2: {
    metavar: "PIDFILE[,SECONDS] COMMAND",
    description: "pidfile and command",
    parse: (text) => parseSmart(text, true),
  },
  pairs: {
    metavar: "NAME=VALUE,…",
    description: "pairs, of which cmd=COMMAND has to be there",
    parse: parsePairs,
  },
};

function parseSmart(text: string, isPutInBackground: boolean): Parsed<AttachedProgram> {
  const [first, command] = splitOnce(text, " ");
  const [pidfile, seconds] = splitOnce(first, ",");
  if (pidfile === "" || command === null || command.trim() === "")
    return invalid("a pidfile, a blank and a command");
  const patience = seconds === null ? PATIENCE : wholeNumber(seconds);
  if (patience === null) return invalid("a number of seconds behind the pidfile's comma");
  return parsed({ ...plain, command: command.trim(), pidfile, isPutInBackground, patience });
}

/** Several names of uWSGI's mean the same. */
const pairs: Readonly<Record<string, (value: string) => Partial<AttachedProgram> | string>> = {
  command: (command) => ({ command }),
  cmd: (command) => ({ command }),
  exec: (command) => ({ command }),
  pidfile: (pidfile) => ({ pidfile }),
  freq: number((patience) => ({ patience })),
  control: () => ({ isControl: true }),
  daemonize: () => ({ isPutInBackground: true }),
  daemon: () => ({ isPutInBackground: true }),
  touch: (files) => ({ touch: files.split(";").filter((file) => file !== "") }),
  stopsignal: number((stopSignal) => ({ stopSignal })),
  stop_signal: number((stopSignal) => ({ stopSignal })),
  reloadsignal: number((reloadSignal) => ({ reloadSignal })),
  reload_signal: number((reloadSignal) => ({ reloadSignal })),
  stdin: () => ({ keepsInput: true }),
  uid: who("USER", (user) => ({ user })),
  gid: who("GROUP", (group) => ({ group })),
  chdir: (directory) => ({ directory }),
  max_throttle: number((longestPause) => ({ longestPause })),
  notifypid: () => ({ isNotified: true }),
};

const refused: Readonly<Record<string, string>> = {
  ns_pid: "no ns_pid: tsgi makes no namespaces, let the system do it (unshare --pid)",
  legion: "no legion: tsgi elects no leader among machines",
};

function parsePairs(text: string): Parsed<AttachedProgram> {
  let program: Partial<AttachedProgram> = {};
  for (const pair of splitPairs(text)) {
    const [name, value] = splitOnce(pair);
    const refusal = refused[name.trim()];
    if (refusal !== undefined) return invalid(refusal);
    const read = value === null ? undefined : pairs[name.trim()]?.(unquoted(value));
    if (read === undefined) return invalid(`NAME=VALUE with one of ${Object.keys(pairs).join(", ")}`);
    if (typeof read === "string") return invalid(read);
    program = { ...program, ...read };
  }
  const { command, pidfile, isPutInBackground } = program;
  if (command === undefined || command === "") return invalid("cmd=COMMAND among the pairs");
  if (isPutInBackground && pidfile === undefined) return invalid("pidfile=FILE beside daemonize");
  return parsed({ ...plain, ...program, command });
}

/** At commas that stand outside double quotes. */
function splitPairs(text: string): readonly string[] {
  return text.match(/(?:"(?:\\.|[^"\\])*"|[^,])+/g) ?? [];
}

function unquoted(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(["\\])/g, "$1") : value;
}

function number(make: (value: number) => Partial<AttachedProgram>) {
  return (text: string) => {
    const value = wholeNumber(text);
    return value === null ? `a whole number instead of "${text}"` : make(value);
  };
}

function who(metavar: "USER" | "GROUP", make: (value: Account) => Partial<AttachedProgram>) {
  return (text: string) => {
    const read = account(metavar).parse(text);
    return read.kind === "value" ? make(read.value) : read.wanted;
  };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
}
