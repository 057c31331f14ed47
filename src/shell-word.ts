import { platform as currentPlatform } from 'node:os';

/**
 * Returns one word of a suggested command, quoted where a shell would take it apart: for sh and
 * PowerShell with single quotes, for cmd with double ones.
 */
export function quoteWord(word: string, platform: NodeJS.Platform = currentPlatform()): string {
  if (/^[\w@%+=:,./-]+$/.test(word) && !word.startsWith('@')) return word;
  if (platform === 'win32') return `"${word.replaceAll('"', '""')}"`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Returns a flag with its value as words of a command; a value that looks like a flag is tied to
 * its own.
 */
export function flagWords(flag: string, value: string): string {
  return `--${flag}${value.startsWith('-') ? '=' : ' '}${quoteWord(value)}`;
}

/** Returns an argument as words of a command; one that looks like a flag is set apart. */
export function argumentWords(value: string): string {
  return value.startsWith('-') ? `-- ${quoteWord(value)}` : quoteWord(value);
}

/**
 * Returns a command that sets a variable for the commands that follow: for sh, and on Windows for
 * PowerShell.
 */
export function assignVariable(
  name: string,
  value: string,
  platform: NodeJS.Platform = currentPlatform(),
): string {
  if (platform === 'win32') return `$env:${name} = '${value.replaceAll("'", "''")}'`;
  return `export ${name}=${quoteWord(value, platform)}`;
}

/** One word of a command line, quoted or not. */
const WORD = '("[^"]+"|\\S+)';

/** Rewrites of command lines for sh into lines that PowerShell and cmd both understand. */
const WINDOWS_FORMS: readonly [RegExp, string][] = [
  // A pipe of PowerShell 5 changes what is not ASCII, and its > writes UTF-16.
  [
    new RegExp(` in a pipe: (?:unzip -p|bzcat|xzcat|7z x -so) ${WORD} \\| postback send -`),
    ': 7z x $1',
  ],
  [new RegExp(` in a pipe: tar -xOf ${WORD} \\| postback send -`), ': tar -xf $1'],
  [
    new RegExp(`\\bmlr (.{1,80}?) cat ${WORD} > ([\\w.]*\\w)`),
    'mlr $1 --from $2 tee $3 then nothing',
  ],
  // PowerShell has no <, and cmd has type too.
  [/\b(postback [^<]{1,400}) < (\S+)$/, 'type $2 | $1'],
  [/Raise the limit \(ulimit -n\)(?: or close other programs)?/, 'Close other programs'],
];

/** Returns a hint with its command lines in the form of the platform's shells. */
export function forShell(text: string, platform: NodeJS.Platform = currentPlatform()): string {
  if (platform !== 'win32') return text;
  return WINDOWS_FORMS.reduce((line, [sh, windows]) => line.replace(sh, windows), text);
}

/**
 * Returns an example of help in the form of the platform's shells; undefined for one that needs
 * other programs of Unix.
 */
export function exampleForShell(
  command: string,
  platform: NodeJS.Platform = currentPlatform(),
): string | undefined {
  if (platform !== 'win32') return command;
  if (/^(?:zcat|tail|journalctl|eval|echo)\b/.test(command)) return undefined;
  // cmd knows double quotes only.
  return forShell(command, platform).replaceAll(/'([^'"$]*)'/g, '"$1"');
}
