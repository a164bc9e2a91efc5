/** What tsgi does besides serving: the first word of the command line. A file of such a name is served as ./check. */

export interface Subcommand {
  /** Behind "tsgi ". */
  readonly usage: readonly string[];
  /** What it does, in one line. */
  readonly help: string;
  /** What has to be known besides, in lines of at most 80 columns. */
  readonly more: readonly string[];
}

export const subcommands = {
  check: {
    usage: ["check [--json] FILE… [options]", "check [--json] gunicorn [Gunicorn's options]"],
    help: "Tell what each option of a file does here",
    more: [
      "FILE is uwsgi.ini, .yaml, .xml or .json, also as FILE:section; several make one",
      "configuration. gunicorn*.py, *config*.py and *.conf.py are Gunicorn's: Python",
      "executes them. Without FILE: the variables UWSGI_… of the environment, or",
      "./gunicorn.conf.py. Nothing is started, but whether this machine has the users,",
      "directories and interpreter that are named is looked up.",
      "Exit code: 0 if all is fine, 1 with warnings, 2 with errors.",
      "--json is for programs; uWSGI's option of that name is written --json=FILE here.",
    ],
  },
  options: {
    usage: ["options [WORD…]", "options --schema"],
    help: "Search the options",
    more: [
      "What is found has all words in its name, its other names, Gunicorn's or its",
      "meaning. The name of one option shows all there is to know of it.",
      "--schema prints a JSON schema of the YAML and JSON forms, for editors.",
    ],
  },
  completion: {
    usage: ["completion bash|zsh|fish"],
    help: "Make bash, zsh or fish complete the options",
    more: [
      'bash: eval "$(tsgi completion bash)" in ~/.bashrc',
      'zsh:  eval "$(tsgi completion zsh)" in ~/.zshrc, behind compinit',
      "fish: tsgi completion fish > ~/.config/fish/completions/tsgi.fish",
    ],
  },
  ctl: {
    usage: ["ctl [--pid N | --pidfile FILE | --socket PATH] [--json] COMMAND"],
    help: "Command a running instance, or see how it is",
    more: [
      "Without one of the three the only instance that runs here is meant.",
      "",
      "status                    processes, requests, memory, the last reload",
      "reload [--wait]           new configuration and code; --wait: until it serves",
      "  --chain                 one worker after the other",
      "  --workers               the same code in fresh workers",
      "  --at-once               without waiting for requests of the old workers",
      "stop [--wait] [--now]     let requests finish, or --now: kill",
      "scale N, more, fewer      so many workers; one more, one less",
      "cheap                     no workers until the next request",
      "pause, resume             let requests wait, and go on",
      "logs [--follow]           the end of the log files",
      "reopen-logs, rotate-logs  after they were renamed; rename them first",
      "log-status                write the state to the log",
      "write-pidfiles            write the pidfiles anew",
      "upgrade [--wait]          change to the tsgi and Node that are installed now",
      "",
      "Exit code: 0 if it was done, 1 if not, 2 for a command that is none.",
    ],
  },
  gunicorn: {
    usage: ["gunicorn [options] module:callable"],
    help: "Take Gunicorn's options and its file",
    more: [],
  },
} as const satisfies Record<string, Subcommand>;

export type SubcommandName = keyof typeof subcommands;

export function isSubcommand(word: string | undefined): word is SubcommandName {
  return word !== undefined && Object.hasOwn(subcommands, word);
}

export const shells = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof shells)[number];

export function isShell(word: string): word is Shell {
  return shells.some((shell) => shell === word);
}

/** For `tsgi check --help`. */
export function usageOf(name: SubcommandName): string {
  const { usage, help, more }: Subcommand = subcommands[name];
  const lines = usage.map((form, at) => `${at === 0 ? "Usage:" : "      "} tsgi ${form}`);
  return `${[...lines, "", `${help}.`, ...more].join("\n")}\n`;
}
