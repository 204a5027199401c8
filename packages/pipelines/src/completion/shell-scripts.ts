type Shell = 'bash' | 'zsh' | 'fish';

/**
 * Each script hands the words of the line to `sluice __complete` and shows what comes back, so that it never has to be made
 * anew when commands change.
 */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `# sluice: completion for bash. Load it now and in every new shell:
#   echo 'source <(sluice completion bash)' >> ~/.bashrc
_sluice() {
  local current="\${COMP_WORDS[COMP_CWORD]}" paths line
  COMPREPLY=()
  {
    IFS= read -r paths || return
    while IFS= read -r line; do COMPREPLY+=("\${line%%$'\\t'*}"); done
  } < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case "$paths" in
    files) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current") ;;
    folders) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current") ;;
  esac
  [ "$paths" = none ] || compopt -o filenames 2>/dev/null
  return 0
}
complete -F _sluice sluice
`,
  zsh: `#compdef sluice
# sluice: completion for zsh. Load it now and in every new shell:
#   echo 'source <(sluice completion zsh)' >> ~/.zshrc
_sluice() {
  local -a found lines
  local line paths
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  paths="\${lines[1]}"
  for line in "\${(@)lines[2,-1]}"; do
    [[ -n "$line" ]] && found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( \${#found} )) && _describe sluice found
  [[ "$paths" = files ]] && _files
  [[ "$paths" = folders ]] && _files -/
  return 0
}
if [[ "\${funcstack[1]}" = _sluice ]]; then _sluice "$@"; else (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }; compdef _sluice sluice; fi
`,
  fish: `# sluice: completion for fish. Load it in every new shell:
#   sluice completion fish > ~/.config/fish/completions/sluice.fish
function __sluice_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines ($words[1] __complete -- $words[2..-1] 2>/dev/null)
  test (count $lines) -gt 1; and printf '%s\\n' $lines[2..-1]
  switch "$lines[1]"
    case files
      __fish_complete_path (commandline -ct)
    case folders
      __fish_complete_directories (commandline -ct) ''
  end
end
complete -c sluice -f -a '(__sluice_complete)'
`,
};

export const completionScript = (shell: Shell): string => scripts[shell];
