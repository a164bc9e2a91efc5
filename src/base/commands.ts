/**
 * What an operator can tell a running instance, in one table: by a signal to the master, by a letter in
 * the master FIFO, or by `tsgi ctl`. docs/signals.md is compared with it.
 */

export type SignalName =
  | "SIGTERM"
  | "SIGINT"
  | "SIGQUIT"
  | "SIGHUP"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGTTIN"
  | "SIGTTOU"
  | "SIGWINCH"
  | "SIGTSTP"
  | "SIGURG";

/** Whose language the configuration speaks: two signals mean different things there. */
export type Dialect = "uwsgi" | "gunicorn";

export interface CommandRow {
  /** What it does, in one line. */
  readonly help: string;
  readonly signals: { readonly [dialect in Dialect]: readonly SignalName[] };
  /** In the master FIFO; null for none. */
  readonly letter: string | null;
}

const NONE = { uwsgi: [], gunicorn: [] } as const;

export const commands = {
  stop: {
    help: "Let nobody in any more, finish what runs within reload-mercy, and end",
    signals: { uwsgi: ["SIGTERM", "SIGINT"], gunicorn: ["SIGTERM", "SIGINT"] },
    letter: "q",
  },
  "stop-at-once": {
    help: "Kill every process; requests that run are lost",
    signals: { uwsgi: ["SIGQUIT"], gunicorn: ["SIGQUIT"] },
    letter: "Q",
  },
  reload: {
    help: "Read the configuration again, import the application anew, replace the workers",
    signals: { uwsgi: ["SIGHUP"], gunicorn: ["SIGHUP"] },
    letter: "r",
  },
  "reload-at-once": {
    help: "As reload, but the old workers are killed as soon as the new ones serve",
    signals: NONE,
    letter: "R",
  },
  "reload-chain": {
    help: "As reload, one worker after the other: never more than one beyond their number",
    signals: NONE,
    letter: "c",
  },
  "reload-workers": {
    help: "Replace the workers by fresh ones of the same code and configuration",
    signals: NONE,
    letter: "w",
  },
  "reload-workers-at-once": {
    help: "As reload-workers, but the old ones are killed as soon as the new ones serve",
    signals: NONE,
    letter: "W",
  },
  upgrade: {
    help: "Start tsgi anew on the same listeners; when it serves, this one ends",
    signals: { uwsgi: ["SIGUSR2"], gunicorn: ["SIGUSR2"] },
    letter: "f",
  },
  "log-status": {
    help: "Write what every process is doing to the log",
    signals: { uwsgi: ["SIGUSR1"], gunicorn: [] },
    letter: "s",
  },
  "reopen-logs": {
    help: "Open the log files anew, after something has renamed them",
    signals: { uwsgi: [], gunicorn: ["SIGUSR1"] },
    letter: "l",
  },
  "rotate-logs": {
    help: "Rename the log files with the time behind their names, and open new ones",
    signals: NONE,
    letter: "L",
  },
  "more-workers": {
    help: "One worker more",
    signals: { uwsgi: ["SIGTTIN"], gunicorn: ["SIGTTIN"] },
    letter: "+",
  },
  "fewer-workers": {
    help: "One worker less",
    signals: { uwsgi: ["SIGTTOU"], gunicorn: ["SIGTTOU"] },
    letter: "-",
  },
  scale: { help: "As many workers as are said", signals: NONE, letter: null },
  cheap: {
    help: "Let all workers leave until the next request comes",
    signals: { uwsgi: [], gunicorn: ["SIGWINCH"] },
    letter: "C",
  },
  pause: {
    help: "Begin no further request: those that come wait; once more, and they go on",
    signals: { uwsgi: ["SIGTSTP"], gunicorn: ["SIGTSTP"] },
    letter: "p",
  },
  resume: { help: "Go on after a pause", signals: NONE, letter: null },
  "write-pidfiles": { help: "Write the pidfiles anew", signals: NONE, letter: "P" },
} as const satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof commands;

export type Command =
  | { readonly name: PlainCommandName }
  | { readonly name: "scale"; readonly workers: number };

/** Every signal that the master takes. SIGURG does nothing, in both: uWSGI's manual only reserves it. */
export const SIGNALS: readonly SignalName[] = [
  "SIGTERM",
  "SIGINT",
  "SIGQUIT",
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGTTIN",
  "SIGTTOU",
  "SIGWINCH",
  "SIGTSTP",
  "SIGURG",
];

/** What needs no further word. */
export type PlainCommandName = Exclude<CommandName, "scale">;

/** What a signal means in that dialect; null for nothing. */
export function commandOfSignal(signal: SignalName, dialect: Dialect): PlainCommandName | null {
  return findCommand((row) => row.signals[dialect].includes(signal));
}

/** What a letter in the master FIFO means; null for nothing. */
export function commandOfLetter(letter: string): PlainCommandName | null {
  return findCommand((row) => row.letter === letter);
}

/** `scale` has neither a signal nor a letter. */
function findCommand(isMeant: (row: CommandRow) => boolean): PlainCommandName | null {
  const rows: readonly (readonly [string, CommandRow])[] = Object.entries(commands);
  return (rows.find(([, row]) => isMeant(row))?.[0] as PlainCommandName | undefined) ?? null;
}
