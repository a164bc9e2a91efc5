/** Completion for bash 4.4 and later, without the bash-completion package. */

import { shells, subcommands } from "./commands.ts";
import {
  type Completes,
  configurationEndings,
  type Flag,
  gunicornFlagList,
  optionFlags,
  searchWords,
} from "./completion.ts";
import { ctlCompletions } from "./ctl-words.ts";

export function bashCompletion(): string {
  const [flags, gunicorn] = [optionFlags(), gunicornFlagList()];
  return `# Completion of tsgi for bash: eval "$(tsgi completion bash)"

# The flags, and those that this version does not have: offered where no other one is.
_tsgi_flags='${wordsOf(flags, { isLater: false })}'
_tsgi_later_flags='${wordsOf(flags, { isLater: true })}'
_tsgi_gunicorn_flags='${wordsOf(gunicorn, { isLater: false })}'
_tsgi_later_gunicorn_flags='${wordsOf(gunicorn, { isLater: true })}'
_tsgi_names='${searchWords().join(" ")}'

# What the value of a flag may be; fails for a flag that takes none. $2: whether it is attached by "=".
_tsgi_kind() {
  case $1 in
${casesOf(flags)}
  esac
}

_tsgi_gunicorn_kind() {
  case $1 in
${casesOf(gunicorn)}
  esac
}
${FUNCTIONS}`;
}

const FUNCTIONS = `
_tsgi_configurations() {
  local path
  compgen -f -- "$1" | while IFS= read -r path; do
    [[ -d $path || $path =~ \\.(${configurationEndings.join("|")})$ ]] && printf '%s\\n' "$path"
  done
}

_tsgi_reply() {
  case $1 in
    files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
    directories) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    configurations) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(_tsgi_configurations "$2") ;;
    users) mapfile -t COMPREPLY < <(compgen -u -- "$2") ;;
    groups) mapfile -t COMPREPLY < <(compgen -g -- "$2") ;;
    nothing) ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2") ;;
  esac
}

_tsgi() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}
  local kind_of=_tsgi_kind flags=$_tsgi_flags later=$_tsgi_later_flags kind
  COMPREPLY=()
  if ((COMP_CWORD > 1)); then
    case $command in
      completion) _tsgi_reply '${shells.join(" ")}' "$word"; return ;;
      options) _tsgi_reply "--schema $_tsgi_names" "$word"; return ;;
      ctl)
        case $before in
          --pidfile|--socket) _tsgi_reply files "$word" ;;
          *) _tsgi_reply '${ctlCompletions().join(" ")}' "$word" ;;
        esac
        return ;;
    esac
    if [[ $command == gunicorn || $command == check && \${COMP_WORDS[2]} == gunicorn ]]; then
      kind_of=_tsgi_gunicorn_kind flags=$_tsgi_gunicorn_flags later=$_tsgi_later_gunicorn_flags
    fi
  fi
  # The shell splits a word at "=": "--http=:80" is "--http", "=", ":80".
  if [[ $word == = || $before == = ]]; then
    [[ $word == = ]] && word= || before=\${COMP_WORDS[COMP_CWORD - 2]}
    kind=$($kind_of "$before" attached) && _tsgi_reply "$kind" "$word"
  elif kind=$($kind_of "$before"); then
    _tsgi_reply "$kind" "$word"
  elif [[ $word == -* ]]; then
    _tsgi_reply "$flags" "$word"
    ((\${#COMPREPLY[@]})) || _tsgi_reply "$later" "$word"
  elif [[ $command == check && $kind_of == _tsgi_kind ]] && ((COMP_CWORD > 1)); then
    _tsgi_reply configurations "$word"
    ((COMP_CWORD == 2)) && mapfile -t -O \${#COMPREPLY[@]} COMPREPLY < <(compgen -W gunicorn -- "$word")
  else
    _tsgi_reply files "$word"
    ((COMP_CWORD == 1)) && mapfile -t -O \${#COMPREPLY[@]} COMPREPLY < <(compgen -W '${Object.keys(subcommands).join(" ")}' -- "$word")
  fi
  return 0
}

complete -F _tsgi tsgi
`;

function wordsOf(flags: readonly Flag[], { isLater }: Pick<Flag, "isLater">): string {
  const chosen = flags.filter((flag) => flag.isLater === isLater);
  return chosen.map(({ written }) => written).join(" ");
}

/** Flags with the same kind of value stand together. An optional value has to be attached. */
function casesOf(flags: readonly Flag[]): string {
  const alike = new Map<string, string[]>();
  for (const { written, value, completes } of flags) {
    if (value === "none") continue;
    const action = `${value === "optional" ? "[[ $2 == attached ]] && " : ""}echo '${kindOf(completes)}'`;
    alike.set(action, [...(alike.get(action) ?? []), written]);
  }
  const cases = [...alike].map(([action, names]) => `    ${names.join("|")}) ${action} ;;`);
  return [...cases, "    *) return 1 ;;"].join("\n");
}

function kindOf(completes: Completes): string {
  return completes.kind === "words" ? completes.words.join(" ") : completes.kind;
}
