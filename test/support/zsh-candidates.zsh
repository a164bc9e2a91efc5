# Prints what zsh offers for a line: zsh -f zsh-candidates.zsh COMPLETION 'tsgi --pro'
# zsh completes only where somebody types, so that a pseudo-terminal is needed.
zmodload zsh/zpty
zpty inner zsh -f -i

{
  print -r -- "PROMPT=; stty -echo; source ${(q)0:A:h}/zsh-capture.zsh; source ${(q)1}; print -r BEGIN-\$((40 + 2))"
} | while IFS= read -r line; do zpty -w inner "$line"; done
zpty -r inner seen '*BEGIN-42*'

zpty -w -n inner "$2"$'\t'
zpty -r inner seen $'*\x01*\x02*'
seen=${${seen#*$'\x01'}%%$'\x02'*}
print -r -- "${seen//$'\r'/}"
zpty -d inner
