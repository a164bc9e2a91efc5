/** Arguments in, exit code out. Runs in the process that becomes the master. */

import { readFileSync } from "node:fs";
import { readCommandLine } from "./cli/command-line.ts";
import type { CommandName } from "./cli/commands.ts";
import { helpText } from "./cli/help.ts";
import { settingsSchema } from "./settings/json-schema.ts";

const USAGE_ERROR = 2;

/** `argv` without the interpreter and the script. */
export async function main(argv: readonly string[]): Promise<number> {
  const commandLine = readCommandLine(argv);
  switch (commandLine.kind) {
    case "command":
      process.stdout.write(textOf(commandLine.command));
      return 0;
    case "problems":
      process.stderr.write(commandLine.problems.map((problem) => `tsgi: ${problem}\n`).join(""));
      return USAGE_ERROR;
    case "serve": {
      for (const notice of commandLine.notices) process.stderr.write(`tsgi: ${notice}\n`);
      // Only now: --help and a wrong option do not wait for the server's modules.
      const { runMaster } = await import("./master/run.ts");
      return runMaster(commandLine.settings);
    }
  }
}

function textOf(command: CommandName): string {
  switch (command) {
    case "help":
      return helpText(Math.min(process.stdout.columns ?? 80, 100));
    case "version":
      return `tsgi ${version()} (Node ${process.versions.node})\n`;
    case "schema":
      return `${JSON.stringify(settingsSchema(), null, 2)}\n`;
  }
}

/** package.json stands one folder above both src/ and dist/. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}
