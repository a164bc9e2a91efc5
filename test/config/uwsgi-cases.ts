/** Small configurations that the real uWSGI and tsgi read. */

export interface Case {
  /** Completes "reads …". */
  readonly of: string;
  /** The lines of app.ini behind [uwsgi]; or files by name, with app.ini at their head. */
  readonly ini?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Without it: --ini app.ini. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where tsgi means to differ: why, and what it reads instead. */
  readonly differs?: { readonly because: string; readonly lines: readonly string[] };
}

const file = (lines: string): string => `[uwsgi]\n${lines}\n`;

export const syntaxCases: readonly Case[] = [
  { of: "a key and a value", ini: "processes = 3" },
  { of: "no blanks", ini: "processes=3" },
  { of: "blanks and tabs", ini: " \tprocesses\t = \t3 \t" },
  { of: "a key alone", ini: "master" },
  { of: "an empty value", ini: "master =" },
  { of: "a remark behind a value", ini: "processes = 3 # three ; and more" },
  { of: "comments", ini: "; one\n # two\nthreads = 2\n#three=3" },
  { of: "repeated keys", ini: "static-map = /a=/b\nstatic-map = /c=/d" },
  { of: "an equals sign in a value", ini: "env = A=B=C" },
  { of: "quotes", ini: "a = \"x\"\nb = 'y'" },
  { of: "a colon instead of an equals sign", ini: "key: value" },
  { of: "a backslash at the end of a line", ini: "a = b \\\n   c = d" },
  { of: "a key with a blank", ini: "the key = 3" },
  { of: "Windows line ends", files: { "app.ini": "[uwsgi]\r\na = 1\r\n\r\nb=2\r\n" } },
  { of: "no newline at the end", files: { "app.ini": "[uwsgi]\na = 1" } },
  { of: "lines before the first section", files: { "app.ini": "a = 1\n[uwsgi]\nb = 2\n" } },
  { of: "[uwsgi] twice", files: { "app.ini": "[uwsgi]\na = 1\n[x]\nb = 2\n[uwsgi]\nc = 3\n" } },
  {
    of: "blanks inside of the brackets",
    files: { "app.ini": "[ uwsgi ]\na = 1\n[uwsgi]\nb = 2\n" },
    differs: { because: "uWSGI skips the section", lines: ["ini = app.ini", "a = 1", "b = 2"] },
  },
  { of: "no section of the name", files: { "app.ini": "[other]\na = 1\n" } },
  { of: "an empty file", files: { "app.ini": "" } },
  {
    of: "a byte order mark",
    files: { "app.ini": "\uFEFF[uwsgi]\na = 1\n" },
    differs: {
      because: "uWSGI takes the mark for a part of the section's name",
      lines: ["ini = app.ini", "a = 1"],
    },
  },
];

export const sourceCases: readonly Case[] = [
  {
    of: "the environment before everything",
    ini: "processes = 3",
    env: { UWSGI_PROCESSES: "9", UWSGI_HTTP_SOCKET: ":0" },
  },
  { of: "a variable without a value", ini: "a = 1", env: { UWSGI_MASTER: "" } },
  { of: "placeholders in a variable", ini: "a = 1", env: { UWSGI_B_C: "%(a) $(HOME)" } },
  { of: "a file that a variable names", ini: "a = 1", args: [], env: { UWSGI_INI: "app.ini" } },
  {
    of: "variables that uWSGI sets itself",
    ini: "a = 1",
    env: { UWSGI_RELOADS: "1", UWSGI_ORIGINAL_PROC_NAME: "u" },
  },
  {
    of: "files where they are named",
    ini: "processes = 3",
    args: ["--processes", "7", "--ini", "app.ini", "--workers", "9"],
  },
  { of: "files named alone after all options", ini: "a = 1", args: ["app.ini", "--threads", "2"] },
  { of: "a word in brackets", ini: "a = 1", args: ["[shop]", "app.ini"] },
  { of: "letters", ini: "a = 1", args: ["-Mp4", "-T", "--ini", "app.ini"] },
  { of: "letters that look like a name", ini: "a = 1", args: ["-master", "--ini", "app.ini"] },
  { of: "--set", ini: "b = %(a)", args: ["--set", "a=1", "--ini", "app.ini", "-S", "c=%(b)"] },
  {
    of: "a section behind a colon",
    files: { "app.ini": "[uwsgi]\na=1\n[b]\nx=%x\n" },
    args: ["--ini", "app.ini:b"],
  },
  {
    of: "a section of a file named alone",
    files: { "app.ini": "[uwsgi]\na=1\n[b]\nb=1\n" },
    args: ["app.ini:b"],
    differs: { because: "uWSGI refuses the name", lines: ["b = 1"] },
  },
  { of: "a section of the same file", files: { "app.ini": "[uwsgi]\na=1\nini = :b\nc=3\n[b]\nb=%x\n" } },
  {
    of: "a section of the file read last",
    files: { "app.ini": "[uwsgi]\na=1\n[b]\nb=1\n" },
    args: ["--ini", "app.ini", "--ini", ":b"],
  },
  {
    of: "a file that a file includes",
    files: { "app.ini": file("ini = b.ini\nc = %(b)"), "b.ini": file("b = 1") },
  },
  {
    of: "include by the extension",
    files: { "app.ini": file("include = b.xml"), "b.xml": "<uwsgi><b>2</b></uwsgi>" },
  },
  {
    of: "paths from the working directory",
    files: {
      "app.ini": file("include = sub/b.ini"),
      "sub/b.ini": file("include = sub/c.ini"),
      "sub/c.ini": file("c = %d %D %s %S"),
    },
  },
  {
    of: "paths from the file's directory",
    files: {
      "app.ini": file("include = sub/b.ini"),
      "sub/b.ini": file("include = c.ini"),
      "sub/c.ini": file("c = %s"),
    },
    differs: {
      because: "uWSGI finds no such file",
      lines: ["ini = app.ini", "include = sub/b.ini", "include = c.ini", "c = c.ini"],
    },
  },
  {
    of: "a placeholder in include",
    files: { "app.ini": file("name = b\ninclude = %(name).ini"), "b.ini": file("b = 1") },
    differs: {
      because: "uWSGI takes the name as written and fails",
      lines: ["ini = app.ini", "name = b", "include = b.ini", "b = 1"],
    },
  },
  {
    of: "inherit, last of all",
    files: { "app.ini": file("inherit = b.ini\nx = 1"), "b.ini": file("x = %s %S") },
  },
  {
    of: "placeholders of a template",
    files: { "app.ini": file("inherit = b.ini\nx = 1"), "b.ini": file("y = %(x) $(HOME)") },
    differs: {
      because: "uWSGI leaves them as written",
      lines: ["ini = app.ini", "inherit = b.ini", "x = 1", "y = 1 /home/of"],
    },
  },
  {
    of: "YAML",
    files: { "app.yml": "uwsgi:\n  a: 1\n  b: x %(a) %n\n  env: A=1\n  env: B=2\nother:\n  z: 1\n" },
    args: ["--yaml", "app.yml"],
  },
  {
    of: "a list of YAML",
    files: { "app.yaml": "uwsgi:\n  a:\n    - 1\n    - two\n  b: 3\n" },
    args: ["app.yaml"],
  },
  {
    of: "an object of YAML by its name",
    files: { "app.yml": "uwsgi:\n  a: 1\nother:\n  z: 1\n" },
    args: ["-y", "app.yml:other"],
  },
  {
    of: "XML",
    files: { "app.xml": "<uwsgi><a>1</a><b/><c></c><d>%(a) %n</d><a>2</a></uwsgi>" },
    args: ["-x", "app.xml"],
  },
  {
    of: "JSON",
    files: { "app.json": '{"uwsgi":{"a":1,"b":[1,"x",true],"c":true,"d":null,"e":1.5,"f":false,"a":2}}' },
    args: ["-j", "app.json"],
  },
  { of: "JSON in a file .js", files: { "app.js": '{"uwsgi":{"a":"%s"}}' }, args: ["app.js"] },
];

export const placeholderCases: readonly Case[] = [
  { of: "a key", ini: "name = shop\nchdir = /srv/%(name)/%(name)" },
  { of: "a key that follows", ini: "a = %(b)\nb = 1" },
  { of: "the first value of a repeated key", ini: "a = 1\na = 2\nb = %(a)" },
  { of: "chains of keys", ini: "a = x%(b)\nb = y%(c)\nc = z%(d)\nd = w" },
  { of: "a chain whose value begins with a placeholder", ini: "a = %(b)\nb = %(c)\nc = 1" },
  { of: "what is not defined", ini: "a = %(b) x %(b)" },
  { of: "what is not closed", ini: "b = 1\na = %(b" },
  { of: "an alias", ini: "workers = 4\na = %(processes) %(workers)" },
  { of: "keys as they are", ini: "a = 1\n%(a) = 2\n$(HOME) = 3" },
  { of: "sums", ini: "a = 1\nb = %(a + 1) %(a - 2) %(a + 2 * 3) %(7 / 2) %(7 / 0) %(a ++) %(a --)" },
  { of: "cores", ini: "a = %(%k * 2)" },
  { of: "sums without blanks", ini: "a = 1\nb = %(a+1) %() %(-3 + 1) %( a) %(a )" },
  { of: "names beside each other", ini: "a = 1\nb = %(a a) %(a 2 + 1)" },
  { of: "parentheses in a sum", ini: "b = %((%k * 2) + 1) %(x (y) z)" },
  { of: "large numbers", ini: "a = 9223372036854775807\nb = %(a + 1)" },
  { of: "the environment", ini: "a = $(HOME)$(HOME)|$(HOME)\nb = $(NO) $$(HOME) $(HO$(X)ME) $( " },
  { of: "placeholders in a variable's value", ini: "a = x$(V)\nb = $(V)\ne = 5", env: { V: "%(e) $(HOME)" } },
  {
    of: "an env line, which comes too late",
    ini: "env = A=1\nx = $(A)\nunenv = B\nif-env = A\ny = 1\nendif =",
  },
  { of: "files", files: { "app.ini": file("a = @(f) @(f)|\nb = %(a)"), f: "$(HOME) %(e) %d\n" } },
  { of: "commands", ini: "a = @(exec://echo hi; echo)\nb = x" },
  { of: "a command that fails", ini: "a = <@(exec://echo hi; false)>" },
  { of: "set", ini: "set = a=b\nx = %(a)\nset = y=%(x)" },
  { of: "set-placeholder", ini: "set-placeholder = a=1\nset-ph = c=x%(a)\nx = %(c) %(a)" },
  {
    of: "magic variables of the file",
    files: { "deep/er/app.conf.ini": file("o=%o p=%p s=%s d=%d e=%e n=%n c=%c x=%x i=%i j=%j") },
    args: ["--ini", "deep/er/app.conf.ini"],
  },
  {
    of: "magic variables of the first file",
    files: {
      "app.ini": file("ini = deep/b.ini"),
      "deep/b.ini": file("o=%O p=%P s=%S d=%D e=%E n=%N c=%C x=%X j=%J %s"),
    },
  },
  { of: "parts of the path", ini: "w = |%0|%1|%9|" },
  { of: "magic variables of the machine", ini: "w = %v %h %k %u %U %g %G" },
  { of: "unknown and escaped letters", ini: "w = |%z|%%|%%(q)|% |%)|%q" },
  { of: "an escape for colours", ini: "w = %[[31m" },
  { of: "a doubled percent sign before a placeholder", ini: "b = 1\nc = %%(b) %%%(b) %%%%(b)" },
  { of: "a file without an extension", files: { app: file("e=%e n=%n s=%s") }, args: ["--ini", "app"] },
  {
    of: "a percent sign at the end of a line",
    ini: "a = 50%\nb = 1",
    differs: { because: "uWSGI joins the two lines", lines: ["ini = app.ini", "a = 50", "b = 1"] },
  },
  {
    of: "capital letters in a file named alone",
    ini: "a = %S",
    args: ["app.ini"],
    differs: { because: "uWSGI knows no first file then", lines: ["a = app.ini"] },
  },
];
