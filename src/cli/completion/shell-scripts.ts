export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof SHELLS)[number];

/** Whether `text` names a shell that completion is made for. */
export function isShell(text: string): text is Shell {
  return (SHELLS as readonly string[]).includes(text);
}

/**
 * The script of a shell: it asks `postback complete` for the words, one a line with a tab before
 * what it means, so that goal, network and workspace names are those of the moment.
 */
export const SHELL_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for postback: eval "$(postback autocomplete bash)"
_postback() {
  local line
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    [ -n "$line" ] && COMPREPLY+=("$line")
  done < <(postback complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _postback postback
`,
  zsh: `#compdef postback
# zsh completion for postback: eval "$(postback autocomplete zsh)"
_postback() {
  local -a candidates
  local value about
  while IFS=$'\\t' read -r value about; do
    [[ -n $value ]] && candidates+=("\${value//:/\\\\:}\${about:+:$about}")
  done < <(postback complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then _describe 'postback' candidates; else _files; fi
}
compdef _postback postback
`,
  fish: `# fish completion for postback: postback autocomplete fish | source
function __postback_complete
    set -l words (commandline -opc)
    postback complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c postback -a '(__postback_complete)'
`,
  powershell: `# PowerShell completion for postback: postback autocomplete powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName postback -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -eq '') { $words += '""' }
  postback complete '--' $words 2>$null | ForEach-Object {
    $value, $about = $_ -split "\\t", 2
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
`,
};

/** The line that switches completion on, and the file where it belongs. */
export const SHELL_SETUP: Readonly<Record<Shell, { line: string; file: string }>> = {
  bash: { line: 'eval "$(postback autocomplete bash)"', file: '~/.bashrc' },
  zsh: { line: 'eval "$(postback autocomplete zsh)"', file: '~/.zshrc (after compinit)' },
  fish: { line: 'postback autocomplete fish | source', file: '~/.config/fish/config.fish' },
  powershell: {
    line: 'postback autocomplete powershell | Out-String | Invoke-Expression',
    file: '$PROFILE',
  },
};
