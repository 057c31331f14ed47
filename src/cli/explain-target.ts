import { statSync } from 'node:fs';
import { UsageError } from '../errors.js';
import type { Input } from '../events/input.js';
import { readInputArguments, type InputContext } from './inputs.js';

/** Target of `explain`: an event in the log, or lines of an input. */
export type ExplainTarget = { eventId: string } | { input: Input; line?: number };

/** Names that are meant as files, so that a typing error is not looked up as an event id. */
const LIKE_A_FILE = /[/\\]|\.(?:jsonl?|ndjson|gz)(?::\d+)?$/i;

/**
 * Tells an event id from `FILE` and `FILE:LINE`: what exists is a file, `-` or nothing stdin.
 * @throws {UsageError} when there is neither an argument nor a pipe.
 */
export function readExplainTarget(context: InputContext, text: string | undefined): ExplainTarget {
  if (text === undefined) return { input: readInput(context, undefined) };
  const [, name, digits] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (text === '-' || exists(text)) return { input: readInput(context, text) };
  if (name !== undefined && (exists(name) || LIKE_A_FILE.test(name))) {
    return { input: readInput(context, name), line: readLineNumber(digits as string) };
  }
  return LIKE_A_FILE.test(text) ? { input: readInput(context, text) } : { eventId: text };
}

function readInput(context: InputContext, name: string | undefined): Input {
  if (name === undefined && context.io.stdin.isTTY) {
    throw new UsageError('missing_argument', 'No event id or event file was given.', {
      next: 'postback explain events.jsonl:1',
    });
  }
  return readInputArguments(context, name === undefined ? [] : [name])[0] as Input;
}

function readLineNumber(digits: string): number {
  const line = Number(digits);
  if (line >= 1 && Number.isSafeInteger(line)) return line;
  throw new UsageError('bad_line', `Invalid line number ${digits}. Lines are counted from 1.`);
}

function exists(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false }) !== undefined;
}
