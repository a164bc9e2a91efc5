/** Completion for fish 3 and later. */

import { shells, subcommands } from "./commands.ts";
import {
  type Completes,
  configurationEndings,
  type Flag,
  gunicornFlagList,
  optionFlags,
  searchWords,
  shortHelp,
} from "./completion.ts";
import { ctlCompletions, ctlWords } from "./ctl-words.ts";

export function fishCompletion(): string {
  const commands = Object.entries(subcommands).map(([name, { help }]) => {
    return `complete -c tsgi -n '__tsgi_command none' -a ${name} -d ${quoted(help)}`;
  });
  return `# Completion of tsgi for fish: tsgi completion fish > ~/.config/fish/completions/tsgi.fish

# Which command the line so far is about: "none" has been named, it is one of those that take options, …
function __tsgi_command
    set -l words (commandline -opc)
    set -l command none
    test (count $words) -gt 1; and set command $words[2]
    contains -- $command ${Object.keys(subcommands).join(" ")} none; or set command serve
    test "$command $words[3]" = "check gunicorn"; and set command gunicorn
    contains -- $command $argv
end

function __tsgi_configurations
    __fish_complete_path (commandline -ct) | string match -r '^[^\\t]*(?:/|\\.(?:${configurationEndings.join("|")}))(?:\\t.*)?$'
end

${commands.join("\n")}
complete -c tsgi -n '__tsgi_command check' -f -a '(__tsgi_configurations)'
complete -c tsgi -n '__tsgi_command check' -n 'test (count (commandline -opc)) -eq 2' -f -a gunicorn
complete -c tsgi -n '__tsgi_command completion' -x -a '${shells.join(" ")}'
complete -c tsgi -n '__tsgi_command ctl' -f -a '${Object.keys(ctlWords).join(" ")}'
${ctlCompletions()
  .filter((word) => word.startsWith("--"))
  .map((flag) => `complete -c tsgi -n '__tsgi_command ctl' -l ${flag.slice(2)}${argumentOfCtl(flag)}`)
  .join("\n")}
complete -c tsgi -n '__tsgi_command options' -x -a '${searchWords().join(" ")}'
complete -c tsgi -n '__tsgi_command options' -l schema -d 'JSON schema of the options'
${optionFlags()
  .map((flag) => lineOf(flag, "none serve check"))
  .join("\n")}
${gunicornFlagList()
  .map((flag) => lineOf(flag, "gunicorn"))
  .join("\n")}
`;
}

function argumentOfCtl(flag: string): string {
  if (flag === "--pid") return " -x";
  return flag === "--pidfile" || flag === "--socket" ? " -r -F" : "";
}

function lineOf({ written, value, completes, help }: Flag, commands: string): string {
  const name = written.startsWith("--") ? `-l ${written.slice(2)}` : `-s ${written.slice(1)}`;
  const argument = value === "none" ? "" : ` ${argumentOf(completes, value === "required")}`;
  return `complete -c tsgi -n '__tsgi_command ${commands}' ${name}${argument} -d ${quoted(shortHelp(help))}`;
}

/** -r: a value is wanted; -f: it is no file. */
function argumentOf(completes: Completes, isRequired: boolean): string {
  const required = isRequired ? "-r " : "";
  switch (completes.kind) {
    case "files":
      return `${required}-F`;
    case "directories":
      return `${required}-f -a '(__fish_complete_directories)'`;
    case "users":
    case "groups":
      return `${required}-f -a '(__fish_complete_${completes.kind})'`;
    case "nothing":
      return `${required}-f`;
    case "words":
      return `${required}-f -a '${completes.words.join(" ")}'`;
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
