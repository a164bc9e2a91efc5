import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Configuration } from "../../src/config/configuration.ts";
import { options } from "../../src/settings/options.ts";
import { type Reading, readSettings } from "../../src/settings/read-settings.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { fileConfiguration } from "../support/file-configuration.ts";

interface Promised {
  readonly lines: readonly string[];
  readonly more?: Partial<Configuration>;
  /** Whole messages, or none of that kind. */
  readonly problems?: readonly string[];
  readonly warnings?: readonly string[];
  readonly notes?: readonly string[];
  readonly settings?: Partial<Settings>;
}

const MODULE = "module = shop:app";
const UNIX = { address: { kind: "unix", path: "app.sock" }, isDefault: false } as const;
const SHOP = { file: null, module: "shop", callable: "app" };
const HTTPS_SOCKET =
  "is not in this version: serve HTTPS: ADDRESS,CERTIFICATE,KEY[,CIPHERS[,CLIENT_CA]]; to serve HTTP there, write http-socket";
const ALLOWED = 'IP addresses or networks such as "192.0.2.1, 10.0.0.0/8, fd00::/8" is wanted';
const KEPT = "no option of that name; nothing here refers to it";

const promises: Readonly<Record<string, Promised>> = {
  "a socket of a protocol that is not served is not replaced by the default in silence": {
    lines: [MODULE, "https-socket = :8443,a.crt,a.key"],
    problems: [`uwsgi.ini:2: https-socket: ${HTTPS_SOCKET}`],
  },
  "beside another listener it is a warning": {
    lines: [MODULE, "socket = :3031", "https-socket = :8443,a.crt,a.key"],
    warnings: [`uwsgi.ini:3: https-socket: ${HTTPS_SOCKET}`],
  },
  "socket speaks uwsgi, and what protocol says": {
    lines: [MODULE, "socket = app.sock"],
    settings: { listeners: [{ ...UNIX, protocol: "uwsgi", origin: "uwsgi.ini:2: socket" }] },
  },
  "protocol = fastcgi": {
    lines: [MODULE, "socket = app.sock", "protocol = fastcgi"],
    settings: { listeners: [{ ...UNIX, protocol: "fastcgi", origin: "uwsgi.ini:2: socket" }] },
  },
  "the same address by two protocols": {
    lines: [MODULE, "uwsgi-socket = app.sock", "scgi-socket = app.sock"],
    problems: ["uwsgi.ini:3: scgi-socket: app.sock was given before, by uwsgi.ini:2: uwsgi-socket"],
  },
  "networks that may connect, in several lines": {
    lines: [MODULE, "socket-allow-ips = 10.0.0.0/8, 192.0.2.1", "socket-allow-ips = fd00::/8"],
    settings: { socketAllowIps: ["10.0.0.0/8", "192.0.2.1", "fd00::/8"] },
  },
  ...Object.fromEntries(
    ["10.0.0.0/33", "10.0.0.256", "010.0.0.1", "fd00::/129", "fd00:::1", "a.example", "10.0.0.0/8,", "*"].map(
      (one) => [
        `${one} is no network`,
        {
          lines: [MODULE, `socket-allow-ips = ${one}`],
          problems: [`uwsgi.ini:2: socket-allow-ips: cannot use "${one}": ${ALLOWED}`],
        },
      ],
    ),
  ),
  "protocol = http makes listeners of sockets": {
    lines: [MODULE, "socket = :8080", "protocol = http"],
    settings: {
      listeners: [
        {
          address: { kind: "tcp", host: "0.0.0.0", port: 8080, family: 4 },
          protocol: "http",
          origin: "uwsgi.ini:2: socket",
          isDefault: false,
        },
      ],
    },
  },
  "but not of uwsgi-socket": {
    lines: [MODULE, "uwsgi-socket = app.sock", "socket-protocol = http"],
    settings: { listeners: [{ ...UNIX, protocol: "uwsgi", origin: "uwsgi.ini:2: uwsgi-socket" }] },
  },
  "a reference to a shared socket is named": {
    lines: [MODULE, "http = =0"],
    problems: [
      'uwsgi.ini:2: http: cannot use "=0": the address itself (shared-socket is not in this version) is wanted',
    ],
  },
  "an address under two names": {
    lines: [MODULE, "http = 127.0.0.1:8000", "http-socket = :8000", "http11-socket = *:8000"],
    problems: [
      "uwsgi.ini:3: http-socket: 0.0.0.0:8000 and 127.0.0.1:8000 of uwsgi.ini:2: http exclude each other: 0.0.0.0 takes the port on every address",
      "uwsgi.ini:4: http11-socket: 0.0.0.0:8000 was given before, by uwsgi.ini:3: http-socket",
    ],
  },
  "one port on two addresses, and on IPv6 beside IPv4": {
    lines: [MODULE, "http = 127.0.0.1:80", "http = 127.0.0.2:80", "http = [::]:80"],
  },
  "a module and a file: the module is served, in either order": {
    lines: ["wsgi-file = a.py", MODULE],
    warnings: ["uwsgi.ini:1: wsgi-file: is left out, as in uWSGI: uwsgi.ini:2: module names the application"],
    settings: { application: SHOP },
  },
  "a module on the command line, and a file in a file": {
    lines: ["wsgi-file = a.py", "--module = shop:app", "callable = other"],
    warnings: [
      "uwsgi.ini:1: wsgi-file: is left out, as in uWSGI: --module (argument 2) names the application",
      'uwsgi.ini:3: callable: is left out, as in uWSGI: --module (argument 2) names "app"',
    ],
    settings: { application: SHOP },
  },
  "the last of two modules counts": {
    lines: ["module = other", MODULE],
    notes: ["uwsgi.ini:2: module: counts, and not uwsgi.ini:1: module"],
    settings: { application: SHOP },
  },
  "a callable in two places: that behind the colon": {
    lines: [MODULE, "callable = other"],
    warnings: ['uwsgi.ini:2: callable: is left out, as in uWSGI: uwsgi.ini:1: module names "app"'],
    settings: { application: SHOP },
  },
  "mounts alone: the first answers elsewhere, and all have the callable": {
    lines: ["mount = /a=shop", "mount = /b=b.py:other", "callable = app", "manage-script-name"],
    settings: {
      application: SHOP,
      mount: [
        { prefix: "/a", application: SHOP },
        { prefix: "/b", application: { file: "b.py", module: null, callable: "other" } },
      ],
    },
  },
  "no application": {
    lines: ["http = :80"],
    problems: [
      "no application is given: name a file (tsgi app.py) or a module (tsgi mysite.wsgi:application); tsgi --help shows more",
    ],
  },
  "a module that cannot be one is complained of once": {
    lines: ["module = srv/shop.py"],
    problems: [
      'uwsgi.ini:1: module: cannot use "srv/shop.py": a module such as mysite.wsgi:application (a file is named with wsgi-file) is wanted',
    ],
  },
  "a number of workers for a module": {
    lines: ["module = 4"],
    problems: [
      'uwsgi.ini:1: module: cannot use "4": a module such as mysite.wsgi:application (Gunicorn\'s options: tsgi gunicorn -w 4 …; a number of processes: --processes 4) is wanted',
    ],
  },
  "a variable that was not replaced": {
    lines: [MODULE, "threads = $(THREADS)"],
    problems: [
      'uwsgi.ini:2: threads: cannot use "$(THREADS)": a whole number from 1 to 1024 is wanted; $(THREADS) is not in the environment',
    ],
  },
  "names that are nearly an option": {
    lines: [MODULE, "proceses = 4", "max_requests = 5", "listen: 5"],
    warnings: [
      "uwsgi.ini:2: proceses: no such option (did you mean processes?)",
      "uwsgi.ini:3: max_requests: no such option (did you mean max-requests?)",
      "uwsgi.ini:4: listen: 5: an equals sign is wanted: listen = 5",
    ],
  },
  "names of one's own": {
    lines: [MODULE, "mail_sender = a@b", "base = /srv"],
    more: { referred: new Set(["base"]) },
    warnings: [`uwsgi.ini:2: mail_sender: ${KEPT}`],
  },
  "variables of the environment that are meant for others": {
    lines: [MODULE, "$UWSGI_BUILD_ARGS = x", "$UWSGI_PROCESES = 4", "$UWSGI_THREADS = 2 # two", "strict"],
    warnings: ["UWSGI_PROCESES (environment): no such option (did you mean processes?)"],
    notes: [
      "UWSGI_BUILD_ARGS (environment): no option of that name",
      "UWSGI_THREADS (environment): read as 2: what follows is a remark",
    ],
    settings: { threads: 2 },
  },
  "strict, wherever it stands": {
    lines: [MODULE, "mine = 1", "base = /srv", "own = 1", "strict = true", "set-placeholder = own=1"],
    more: { referred: new Set(["base", "own"]) },
    problems: [
      `uwsgi.ini:2: mine: no option of that name; strict allows only options; for a name of your own write set-placeholder = mine=…`,
      "uwsgi.ini:3: base: stands for a placeholder, and is no option; strict allows only options; for a name of your own write set-placeholder = base=…",
    ],
  },
  "strict = false": {
    lines: [MODULE, "mine = 1", "strict = false"],
    warnings: [`uwsgi.ini:2: mine: ${KEPT}`],
  },
  "flags that tsgi always follows": {
    lines: [MODULE, "master = false", "enable-threads = false ; off", "need-app = true"],
    warnings: [
      "uwsgi.ini:2: master: switching it off has no effect: there is always a master process",
      'uwsgi.ini:3: enable-threads: "false ; off" does not switch it off, neither in uWSGI nor here: Python threads always run',
    ],
    notes: ["uwsgi.ini:4: need-app: has no effect here: tsgi never serves without an application"],
  },
  "the command line is read strictly, and overrides a file without a word": {
    lines: [MODULE, "processes = 2 # two", "--processes = 3 # three"],
    problems: ['--processes (argument 3): cannot use "3 # three": a whole number from 1 to 1024 is wanted'],
    notes: ["uwsgi.ini:2: processes: read as 2: what follows is a remark"],
  },
  "a number given twice": {
    lines: [MODULE, "processes = 2", "processes = 2", "other.ini: processes = 4", "processes = 3"],
    notes: ["uwsgi.ini:5: processes: counts, and not uwsgi.ini:3: processes"],
    settings: { processes: 3 },
  },
  "no processes, no threads: as if not given": {
    lines: [MODULE, "processes = 0", "threads ="],
    warnings: [
      'uwsgi.ini:2: processes: "0" counts as not given: a whole number from 1 to 1024 is wanted',
      'uwsgi.ini:3: threads: "" counts as not given: a whole number from 1 to 1024 is wanted',
    ],
    settings: { processes: 1, threads: 1 },
  },
  "a number without one": {
    lines: [MODULE, "processes", "http-processes = many"],
    problems: [
      "uwsgi.ini:2: processes: a value is missing",
      'uwsgi.ini:3: http-processes: cannot use "many": a whole number from 1 to 64 is wanted',
    ],
  },
  "a user with too many rights": {
    lines: [MODULE, "uid = 0"],
    warnings: ["uwsgi.ini:2: uid: the application runs with all rights of root: give it a user of its own"],
  },
  "an emperor is refused once": {
    lines: ["emperor = /etc/vassals"],
    problems: [
      "uwsgi.ini:1: emperor: is not in this version: run an instance for each configuration file in this directory",
    ],
  },
  "an application in a way that tsgi does not have": {
    lines: ["paste = config:/srv/site.ini"],
    problems: [
      "uwsgi.ini:1: paste: tsgi takes no application from paste, and no other is given: name a module or a wsgi-file",
    ],
    warnings: [
      "uwsgi.ini:1: paste: is not in this version: load the application that a PasteDeploy file describes: config:FILE",
    ],
  },
  "what the reader of the files has found comes first": {
    lines: ["proceses = 2", "threads = x", MODULE],
    more: { problems: ["uwsgi.ini:9: broken"], warnings: ["uwsgi.ini:8: odd"] },
    problems: [
      "uwsgi.ini:9: broken",
      'uwsgi.ini:2: threads: cannot use "x": a whole number from 1 to 1024 is wanted',
    ],
    warnings: ["uwsgi.ini:8: odd", "uwsgi.ini:1: proceses: no such option (did you mean processes?)"],
  },
  "after a mistake of the reader nothing is said about the application": {
    lines: ["threads = 2"],
    more: { problems: ["uwsgi.ini:9: broken"] },
    problems: ["uwsgi.ini:9: broken"],
  },
};

for (const [
  title,
  { lines, more, problems = [], warnings = [], notes = [], settings = {} },
] of Object.entries(promises)) {
  test(title, () => {
    const reading = readSettings(fileConfiguration(lines, more));
    assert.deepEqual(problemsOf(reading), problems);
    assert.deepEqual(reading.warnings, warnings);
    assert.deepEqual(reading.notes, notes);
    if (reading.kind === "settings") assert.deepEqual({ ...reading.settings, ...settings }, reading.settings);
    else assert.deepEqual(settings, {});
  });
}

test("every entry is judged, in order, then those that were skipped", () => {
  const { entries } = fileConfiguration([MODULE, "master", "nothing = 1", "ini = a.ini"]);
  const { entries: skipped } = fileConfiguration(["processes = many"]);
  const { judgements } = readSettings(fileConfiguration([], { entries, skipped }));
  assert.deepEqual(
    judgements.map(({ entry, answer, severity }) => `${entry.name}: ${answer}, ${severity}`),
    [
      "module: works, fine",
      "master: no effect, note",
      "nothing: unknown, warning",
      "ini: works, fine",
      "processes: skipped, fine",
    ],
  );
});

test("all that was written is kept for uwsgi.opt", () => {
  const configuration = fileConfiguration([MODULE, "mail_sender = a@b"]);
  const reading = readSettings(configuration);
  assert.equal(reading.kind, "settings");
  assert.equal(reading.settings.written, configuration.entries);
});

test("no configuration breaks the reader, and a refusal always says why", () => {
  const name = fc.oneof(fc.constantFrom(...options.keys()), fc.string({ unit: "binary", maxLength: 12 }));
  const line = fc.tuple(
    fc.constantFrom("", "$", "--", "other.ini: "),
    name,
    fc.string({ unit: "binary", maxLength: 12 }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const reading = readSettings(
        fileConfiguration(lines.map(([where, key, value]) => `${where}${key}=${value}`)),
      );
      assert.equal(reading.judgements.length, lines.length);
      if (reading.kind === "problems")
        assert.ok(reading.problems.length > 0 && reading.problems.every((text) => text !== ""));
    }),
    { numRuns: 1000 },
  );
});

function problemsOf(reading: Reading): readonly string[] {
  return reading.kind === "problems" ? reading.problems : [];
}
