/** Arguments in, exit code out. Runs in the process that becomes the master. */

import { readCommandLine } from "./cli/command-line.ts";
import { type SubcommandName, usageOf } from "./cli/commands.ts";
import { print } from "./cli/print.ts";
import { tell } from "./cli/remarks.ts";
import { tsgiVersion } from "./cli/version.ts";

const USAGE_ERROR = 2;

/** `argv` without the interpreter and the script. What a command needs is loaded when it is asked for. */
export async function main(argv: readonly string[]): Promise<number> {
  const command = readCommandLine(argv);
  switch (command.kind) {
    case "serve": {
      const { serve } = await import("./cli/serve-command.ts");
      return serve(command.argv);
    }
    case "gunicorn": {
      const { gunicorn } = await import("./cli/gunicorn-command.ts");
      return gunicorn(command.argv);
    }
    case "check": {
      const { check } = await import("./cli/check-command.ts");
      return check(command.argv, command);
    }
    case "options": {
      const { searchOptions } = await import("./cli/options-command.ts");
      return searchOptions(command.words);
    }
    case "ctl": {
      const { ctl } = await import("./cli/ctl-command.ts");
      return ctl(command.order);
    }
    case "schema": {
      const { settingsSchema } = await import("./settings/json-schema.ts");
      return show(`${JSON.stringify(settingsSchema(), null, 2)}\n`);
    }
    case "completion": {
      const { completionScript } = await import("./cli/completion-script.ts");
      return show(completionScript(command.shell));
    }
    case "help":
      return show(await helpOf(command.of));
    case "version":
      return show(`tsgi ${tsgiVersion()} (Node ${process.versions.node})\n`);
    case "mistake":
      tell("error", [command.problem]);
      return USAGE_ERROR;
  }
}

async function helpOf(subcommand: SubcommandName | null): Promise<string> {
  if (subcommand !== null) return usageOf(subcommand);
  const { helpText } = await import("./cli/help.ts");
  return helpText();
}

async function show(text: string): Promise<number> {
  await print(text);
  return 0;
}
