/**
 * Completion scripts of four shells. Each asks `lcow __complete` for the words of the line so far, shows what it says, and
 * does as its directive says: `:words`, `:nospace`, `:file`, `:folder`. Text only.
 */

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** bash splits words at "=" and ":" and replaces only what is after: the words are joined again, and cut. */
const BASH = `# bash completion of lcow
_lcow() {
  local cur="" word joined=0 i line directive=words prefix
  local -a words=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if ((\${#words[@]} > 0)) && [[ $word == [=:]* || $joined == 1 ]]; then
      words[\${#words[@]}-1]+="$word"
    else
      words+=("$word")
    fi
    if [[ $word == *[=:] ]]; then joined=1; else joined=0; fi
  done
  ((\${#words[@]} > 0)) && cur="\${words[\${#words[@]}-1]}"
  prefix="\${cur%"\${COMP_WORDS[COMP_CWORD]##[=:]}"}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :* ]]; then directive="\${line#:}"; else
      line="\${line%%$'\\t'*}"
      COMPREPLY+=("\${line#"$prefix"}")
    fi
  done < <("\${COMP_WORDS[0]}" __complete "\${words[@]}" 2>/dev/null)
  case "$directive" in
    nospace) compopt -o nospace 2>/dev/null ;;
    file | folder)
      compopt -o filenames 2>/dev/null
      local kind=-f
      [[ $directive == folder ]] && kind=-d
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$kind" -- "\${cur#"$prefix"}")
      ;;
  esac
  return 0
}
complete -F _lcow lcow
`;

const ZSH = `#compdef lcow
# zsh completion of lcow
_lcow() {
  local line directive=words
  local -a candidates helps
  for line in "\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :* ]]; then
      directive="\${line#:}"
    elif [[ -n $line ]]; then
      candidates+=("\${line%%$'\\t'*}")
      if [[ $line == *$'\\t'* ]]; then
        helps+=("\${line%%$'\\t'*}  -- \${line#*$'\\t'}")
      else
        helps+=("$line")
      fi
    fi
  done
  case "$directive" in
    file) _files ;;
    folder) _files -/ ;;
    nospace) compadd -S '' -d helps -l -a candidates ;;
    *) (( \${#candidates} )) && compadd -d helps -l -a candidates ;;
  esac
}
if [ "$funcstack[1]" = "_lcow" ]; then
  _lcow "$@"
else
  compdef _lcow lcow
fi
`;

const FISH = `# fish completion of lcow
function __lcow_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] $current 2>/dev/null)
        switch $line
            case ':file' ':folder'
                __fish_complete_path $current
            case ':*'
            case '*'
                echo $line
        end
    end
end
complete -c lcow -f -a '(__lcow_complete)'
`;

const POWERSHELL = `# PowerShell completion of lcow
Register-ArgumentCompleter -Native -CommandName lcow -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $elements = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition })
    $program = $elements[0].ToString()
    $words = @($elements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '""' }
    $directive = 'words'
    & $program __complete @words 2>$null | ForEach-Object {
        if ($_.StartsWith(':')) { $directive = $_.Substring(1) }
        else {
            $text, $help = $_ -split "\`t", 2
            if (-not $help) { $help = $text }
            [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $help)
        }
    }
    if ($directive -eq 'file' -or $directive -eq 'folder') {
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
    }
}
`;

export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return BASH;
    case 'zsh':
      return ZSH;
    case 'fish':
      return FISH;
    case 'powershell':
      return POWERSHELL;
    default:
      return shell satisfies never;
  }
}
