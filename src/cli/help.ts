/** `tsgi --help`: the options that most starts need, on one screen. */

import { options } from "../settings/options.ts";
import { subcommands } from "./commands.ts";

const COLUMN = 32;

const USAGE = `Usage: tsgi [options] [FILE | APPLICATION]

  tsgi app.py                            a file with "application" or "app"
  tsgi mysite.wsgi:application           a module; also shop:create_app()
  tsgi uwsgi.ini                         as uWSGI; also .yaml, .xml, .json
  tsgi gunicorn -c conf.py mysite.wsgi   as Gunicorn; also ./gunicorn.conf.py
  tsgi --http :8000 --processes 4 --threads 2 --home /srv/venv app.py`;

/** What the table says of them at length, in words that leave them on one line. */
const COMMON: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Application: {
    module: "Load this module",
    "wsgi-file": "Load this file",
    chdir: "Change to this directory before",
    home: "Use the Python of this virtual environment",
    env: "Set a variable of the environment",
  },
  Listeners: {
    http: "Serve HTTP: 127.0.0.1:8000, :80, /run/app.sock",
    "chmod-socket": "Mode of Unix sockets",
  },
  Processes: {
    processes: "Worker processes",
    threads: "Threads in each of them",
    uid: "Run as this user once the sockets are bound",
    pidfile: "Write the master's process id to this file",
  },
  Bounds: {
    "limit-post": "Largest body of a request",
    "http-timeout": "Longest silence while a body is read",
  },
  Log: {
    logto: "Write the log to this file",
    "disable-logging": "No line for each request",
  },
};

const END = "The other options: tsgi options, tsgi options WORD, docs/options.md";

/** At most 40 lines of 80 columns. */
export function helpText(): string {
  const groups = Object.entries(COMMON).map(([title, texts]) => {
    return [title, ...Object.entries(texts).map(([name, text]) => line(heading(name), text))].join("\n");
  });
  const commands = Object.entries(subcommands).map(([name, { help }]) => line(`tsgi ${name}`, help));
  const others = ["Commands", ...commands, line("tsgi --version", "Show the version")].join("\n");
  return `${[USAGE, groups.join("\n"), others, END].join("\n\n")}\n`;
}

function heading(name: string): string {
  const row = options.get(name);
  if (row === undefined) throw new Error(`No row for ${name}`);
  const letter = row.short === undefined ? "" : `-${row.short}, `;
  return `${letter}--${name}${row.type.value === "required" ? ` ${row.type.metavar}` : ""}`;
}

function line(written: string, text: string): string {
  return `  ${written.padEnd(COLUMN)}${text}`;
}
