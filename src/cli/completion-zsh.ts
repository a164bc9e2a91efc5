/** Completion for zsh: to be evaluated behind compinit, or as the file _tsgi in a folder of $fpath. */

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
import { ctlCompletions } from "./ctl-words.ts";

export function zshCompletion(): string {
  return `#compdef tsgi
# Completion of tsgi for zsh: eval "$(tsgi completion zsh)", behind compinit

_tsgi_flags=(
${specsOf(optionFlags())}
)
_tsgi_gunicorn_flags=(
${specsOf(gunicornFlagList())}
)
_tsgi_names=(${searchWords().join(" ")})
_tsgi_commands=(
${Object.entries(subcommands)
  .map(([name, { help }]) => `  ${quoted(`${name}:${help}`)}`)
  .join("\n")}
)
${FUNCTIONS}`;
}

const FUNCTIONS = `
_tsgi_first() {
  _describe -t commands command _tsgi_commands
  _files
}

_tsgi_checked() {
  (( CURRENT == 3 )) && compadd gunicorn
  _path_files -g '*.(${configurationEndings.join("|")}) *(-/)'
}

_tsgi() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  if (( CURRENT > 2 )); then
    case $words[2] in
      completion) compadd ${shells.join(" ")}; return ;;
      options) compadd -- --schema $_tsgi_names; return ;;
      ctl)
        case $words[CURRENT-1] in
          --pidfile|--socket) _files ;;
          *) compadd -- ${ctlCompletions().join(" ")} ;;
        esac
        return ;;
      gunicorn) _arguments -s -S $_tsgi_gunicorn_flags '*:file:_files'; return ;;
      check)
        if [[ $words[3] == gunicorn ]]; then
          _arguments -s -S $_tsgi_gunicorn_flags '*:file:_files'
          return
        fi
        _arguments -s -S $_tsgi_flags '*:file:_tsgi_checked'
        return ;;
    esac
  fi
  _arguments -s -S $_tsgi_flags '1: :_tsgi_first' '*:file:_files'
}

if [[ $funcstack[1] == _tsgi ]]; then
  _tsgi "$@"
else
  compdef _tsgi tsgi
fi
`;

function specsOf(flags: readonly Flag[]): string {
  return flags.map((flag) => `  ${quoted(specOf(flag))}`).join("\n");
}

/** A spec of _arguments, repeatable: "*--http=[Serve HTTP]:value:_files". */
function specOf({ written, value, completes, help }: Flag): string {
  const isLong = written.startsWith("--");
  const described = `[${shortHelp(help).replace(/[\\[\]:]/g, "\\$&")}]`;
  switch (value) {
    case "none":
      return `*${written}${described}`;
    case "required":
      return `*${written}${isLong ? "=" : "+"}${described}:value:${actionOf(completes)}`;
    case "optional":
      return `*${written}${isLong ? "=-" : "-"}${described}::value:${actionOf(completes)}`;
  }
}

function actionOf(completes: Completes): string {
  switch (completes.kind) {
    case "files":
      return "_files";
    case "directories":
      // _files would offer files where there is no directory.
      return "_path_files -/";
    case "users":
    case "groups":
      return `_${completes.kind}`;
    case "nothing":
      return " ";
    case "words":
      return `(${completes.words.join(" ")})`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
