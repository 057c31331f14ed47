import { Errors } from '@oclif/core';
import { findNearMatches } from '../near-match.js';
import { textBefore } from '../text-ends.js';
import { envNameOf } from './flags.js';

interface ParseDetails {
  flags?: unknown;
  args?: unknown;
  showHelp?: unknown;
  parse?: {
    input?: { args?: Record<string, unknown>; flags?: Record<string, unknown> };
    output?: { argv?: unknown[] };
  };
}

/** Returns what gave a flag its value: the flag, or its variable where it was not typed. */
export function sourceOf(flag: string): string {
  const isTyped = process.argv.some((word) => word === flag || word.startsWith(`${flag}=`));
  const variable = envNameOf(flag.slice(2));
  return isTyped || process.env[variable] === undefined ? flag : variable;
}

/** Whether oclif refused the command line: its CLIError carries an exit code of its own. */
export function isParseError(error: unknown): error is Error {
  return error instanceof Errors.CLIError;
}

/**
 * Words for a refused command line. What was typed is not repeated where it may hold a secret: the
 * value of a flag that does not exist, an argument too many.
 */
export function describeParseError(error: Error & ParseDetails): {
  code: string;
  message: string;
  hint: string;
} {
  const hint = 'Run the command with --help to see its arguments and flags.';
  if (isListOfTexts(error.flags)) {
    const names = error.flags.map(nameOf);
    const message = `Unknown ${nounOf(names, 'flag')}: ${names.join(', ')}.`;
    return {
      code: 'unknown_flag',
      message,
      hint: suggestFlags(names, error.parse?.input?.flags ?? {}) ?? hint,
    };
  }
  const taken = Object.keys(error.parse?.input?.args ?? {});
  if (isListOfTexts(error.args)) {
    const accepted =
      taken.length === 0 ? 'no argument' : taken.map((name) => name.toUpperCase()).join(' ');
    return {
      code: 'unexpected_argument',
      message: `Too many arguments: the command takes ${accepted}.`,
      hint,
    };
  }
  const missing = missingArguments(error.args);
  if (missing.length > 0) {
    const message =
      `Missing ${nounOf(missing, 'argument')}: ` +
      `${missing.map((name) => name.toUpperCase()).join(', ')}.`;
    return { code: 'missing_argument', message, hint };
  }
  return { code: 'usage', message: plainMessageOf(error), hint };
}

function isListOfTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')
  );
}

function missingArguments(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    const name = (item as { name?: unknown } | null)?.name;
    return typeof name === 'string' ? [name] : [];
  });
}

function nounOf(items: readonly unknown[], noun: string): string {
  return items.length === 1 ? noun : `${noun}s`;
}

/** `--secret=abc` becomes `--secret`, `-sabc` becomes `-s`. */
function nameOf(flag: string): string {
  return flag.startsWith('--') ? textBefore(flag, /=/) : flag.slice(0, 2);
}

/** Suggests existing flags for unknown ones; undefined if none is similar. */
function suggestFlags(names: readonly string[], known: object): string | undefined {
  const meant = names.flatMap((name) => {
    const matches = name.startsWith('--') ? findNearMatches(name.slice(2), Object.keys(known)) : [];
    return matches.length === 0 ? [] : [matches.map((match) => `--${match}`).join(' or ')];
  });
  return meant.length === 0 ? undefined : `Did you mean ${meant.join(', and ')}?`;
}

function plainMessageOf(error: Error): string {
  return error.message
    .replace(/\nSee more help with --help$/, '')
    .replace(/^Parsing (--\S+) \n\t/, (_text, flag: string) => `${sourceOf(flag)}: `)
    .replace(/^The following errors? occurred:\n\s*/, '')
    .replace(/Missing required flag (\S+)/g, 'Missing flag: --$1.')
    .replace(/^Expected (--\w[\w-]*)=(.*) to be one of: (.*)$/s, describeChoices)
    .replace(/^.* cannot also be provided when using --.*$/m, describeConflict);
}

function describeChoices(_text: string, flag: string, value: string, choices: string): string {
  return `Invalid value "${value}" for ${sourceOf(flag)}. Expected: ${choices}.`;
}

/** Names two flags that exclude each other; a value may be a secret, so it is left out. */
function describeConflict(text: string): string {
  const words = text.trim().split(' ');
  return `${nameOf(words[0]!)} and ${words.at(-1)!} cannot be combined.`;
}
