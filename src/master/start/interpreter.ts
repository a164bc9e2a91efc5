import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { originOf } from "../../settings/origin.ts";
import type { Settings } from "../../settings/settings.ts";
import { nameUser } from "./accounts.ts";
import { Refusal } from "./refusal.ts";

/**
 * The path of the Python that runs the application: --python, else that of --home, else that of
 * $VIRTUAL_ENV, else python3 on the PATH. Only looks for the file; whether it runs and is new enough shows when the zygote starts.
 */
export function findInterpreter(
  settings: Pick<Settings, "python" | "home" | "written">,
  environment: NodeJS.ProcessEnv,
): string {
  const { python, home } = settings;
  if (python !== null)
    return findCommand(python, environment) ?? refuseCommand(originOf(settings, "python"), python);
  if (home !== null) return findInHome(home) ?? refuseHome(originOf(settings, "home"), home);
  const virtualenv = environment["VIRTUAL_ENV"];
  const inVirtualenv = virtualenv === undefined || virtualenv === "" ? null : findInHome(virtualenv);
  return inVirtualenv ?? findCommand("python3", environment) ?? refusePath(environment);
}

function findInHome(home: string): string | null {
  return ["python3", "python"].map((name) => join(home, "bin", name)).find(isExecutable) ?? null;
}

function findCommand(command: string, environment: NodeJS.ProcessEnv): string | null {
  if (command.includes("/")) return isExecutable(command) ? command : null;
  const directories = (environment["PATH"] ?? "").split(delimiter).filter((directory) => directory !== "");
  return directories.map((directory) => join(directory, command)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function refuseCommand(origin: string, command: string): never {
  const where = command.includes("/") ? "no executable file is there" : "no such command on the PATH";
  throw new Refusal(`${origin}: cannot find the Python interpreter ${command}: ${where}`);
}

function refuseHome(origin: string, home: string): never {
  throw new Refusal(
    `${origin}: cannot find a Python in ${home}: neither bin/python3 nor bin/python is there`,
    [
      "it has to be a virtual environment's directory",
      `make one with: python3 -m venv ${home}   (on Debian this needs the package python3-venv)`,
    ],
  );
}

function refusePath(environment: NodeJS.ProcessEnv): never {
  throw new Refusal("cannot find a Python interpreter: there is no python3 on the PATH", [
    `PATH is ${environment["PATH"] ?? "not set"}`,
    "install one (Debian: apt install python3), or name one with --python or --home",
  ]);
}

const PATIENCE = 10_000;
const SHOW_VERSION = "import sys; sys.stdout.write('%d.%d.%d' % sys.version_info[:3])";

/**
 * Why an interpreter ended before our code could say a word: asked only then, since it costs a
 * process. `ending` says how the zygote ended.
 */
export async function diagnoseInterpreter(python: string, ending: string): Promise<Refusal> {
  const version = await new Promise<string | Error>((resolve) => {
    execFile(python, ["-c", SHOW_VERSION], { timeout: PATIENCE }, (error, stdout) =>
      resolve(error ?? stdout),
    );
  });
  if (version instanceof Error) {
    if ((version as NodeJS.ErrnoException).code === "EACCES")
      return refuseForeign(python, process.getuid?.() ?? 0);
    return new Refusal(`cannot run the Python interpreter ${python}: ${firstLine(version.message)}`, [
      "try it by hand, or name another one with --python or --home",
    ]);
  }
  return new Refusal(`the Python interpreter ${python} (${version}) ended at its start: ${ending}`, [
    "what it wrote is in the log above",
  ]);
}

/** It could be found: so it was root who looked, and the user of --uid who has to execute it. */
export function refuseForeign(python: string, uid: number): Refusal {
  return new Refusal(
    `cannot run the Python interpreter ${python}: user ${nameUser(uid)} may not execute it`,
    [
      "the file and every directory above it have to be open to that user,",
      "or name another interpreter with --python or --home",
    ],
  );
}

function firstLine(text: string): string {
  return text.split("\n").slice(0, 2).join(" ").trim();
}
