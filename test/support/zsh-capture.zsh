# Makes an interactive zsh print the candidates between \x01 and \x02 instead of completing.
autoload -Uz compinit
compinit -D -u
bindkey '^I' complete-word
zstyle ':completion:*' insert-tab false
mark-begin() { print -n $'\x01' }
mark-end() { print -n $'\x02' }
compprefuncs=(mark-begin)
comppostfuncs=(mark-end)
compadd() {
  # -O, -A and -D only look for matches on behalf of another function.
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "$@"
    return
  fi
  typeset -a found
  builtin compadd -A found "$@"
  local -i failed=$?
  (( $#found )) && print -rl -- $found
  return failed
}
