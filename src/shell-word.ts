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
