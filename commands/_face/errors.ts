import { messageOf, PostbackError, type ErrorKind } from '../../src/errors.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { interruptionOf, type Interruption } from './interruption.js';
import { createProcessIO, type IO } from './io.js';
import { describeParseError, isParseError } from './parse-errors.js';
import { cleanText } from './text.js';

const EXIT_BY_KIND: Readonly<Record<ErrorKind, ExitCode>> = {
  input: EXIT.input,
  usage: EXIT.usage,
  config: EXIT.usage,
  auth: EXIT.auth,
  network: EXIT.pending,
  internal: EXIT.fault,
};

/** An error as the terminal tells it. */
export interface ErrorView {
  code: string;
  message: string;
  hint: string | undefined;
  next: string | undefined;
  exit: ExitCode;
}

/** Turns anything thrown into words and an exit code; text that came from outside loses its control characters. */
export function describeError(error: unknown): ErrorView {
  const view = viewOf(error);
  const clean = (text: string | undefined): string | undefined => (text === undefined ? undefined : cleanText(text));
  return { ...view, message: cleanText(view.message), hint: clean(view.hint), next: clean(view.next) };
}

/** The limit of this process or of the machine, wherever it was met. */
function isFileLimit(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'EMFILE' || code === 'ENFILE';
}

function viewOf(error: unknown): ErrorView {
  if (error instanceof PostbackError) {
    const { code, message, hint, next, kind } = error;
    return { code, message: withoutParserWords(message), hint, next, exit: EXIT_BY_KIND[kind] };
  }
  if (isFileLimit(error)) {
    return {
      code: 'too_many_files',
      message: 'Too many files are open: this process may open no more.',
      hint: 'Raise the limit (ulimit -n), then run the same command again.',
      next: undefined,
      exit: EXIT.fault,
    };
  }
  if (isParseError(error)) return { ...describeParseError(error), next: undefined, exit: EXIT.usage };
  return {
    code: 'unexpected',
    message: messageOf(error),
    hint: 'This is a fault of postback. POSTBACK_DEBUG=1 shows where it happened.',
    next: undefined,
    exit: EXIT.fault,
  };
}

/** oclif rewrites the message of whatever a flag's parse function throws. */
function withoutParserWords(message: string): string {
  return message.replace(/^Parsing (--\S+) \n\t/, '$1: ').replace(/\nSee more help with --help$/, '');
}

/**
 * Tells stderr what stopped the run and returns the exit code. An interruption is told by its exit code alone.
 * `POSTBACK_DEBUG` adds the stack.
 */
export async function reportError(error: unknown, io: IO = createProcessIO(process.argv)): Promise<ExitCode> {
  const interruption = interruptionOf(error);
  if (interruption) {
    // People see that they pressed Ctrl-C; a script that reads JSON is told.
    if (io.json && interruption.reason !== 'EPIPE') await io.fail(interruptedData(interruption)).catch(() => undefined);
    return interruption.exit;
  }
  if (isQuietExit(error)) return EXIT.done;
  const view = describeError(error);
  try {
    await (io.json ? io.fail(toData(view)) : io.say(toWords(view, io)));
    if (process.env['POSTBACK_DEBUG'] && error instanceof Error && error.stack) await io.say(cleanText(error.stack));
  } catch {
    // stderr is gone too: the exit code is all that is left to say.
  }
  return view.exit;
}

function interruptedData({ reason, exit }: Interruption): object {
  const hint = 'Run the same command again: what was recorded is not sent twice.';
  return { code: 'interrupted', message: `Stopped by ${reason}.`, hint, exit };
}

/** oclif's own commands end with an error that only carries exit code 0. */
function isQuietExit(error: unknown): boolean {
  return error instanceof Error && (error as { oclif?: { exit?: number } }).oclif?.exit === 0;
}

/** The error object of `--json` (schemas/error.json). */
export function toData({ code, message, hint, next, exit }: ErrorView): object {
  return { code, message, hint: hint ?? null, ...(next === undefined ? {} : { next }), exit };
}

function toWords({ message, hint, next }: ErrorView, io: IO): string {
  const { err } = io.color;
  const lines = [`${err.red.bold('Error:')} ${message}`];
  if (hint !== undefined) lines.push(hint);
  if (next !== undefined) lines.push(`${err.bold('Next:')} ${next}`);
  return lines.join('\n');
}
