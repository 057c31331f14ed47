import { messageOf, PostbackError, type ErrorKind } from '../errors.js';
import { maskSecrets } from '../secret-mask.js';
import { forShell } from '../shell-word.js';
import { formatAnnotation } from './annotations.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { findInterruption, interruptionOf, type Interruption } from './interruption.js';
import { createProcessIO, type IO } from './io.js';
import { describeParseError, isParseError, sourceOf } from './parse-errors.js';
import { cleanCell, cleanText } from './text.js';

const EXIT_BY_KIND: Readonly<Record<ErrorKind, ExitCode>> = {
  input: EXIT.input,
  usage: EXIT.usage,
  config: EXIT.usage,
  auth: EXIT.auth,
  network: EXIT.pending,
  internal: EXIT.fault,
};

/** An error as the terminal shows it. */
export interface ErrorView {
  code: string;
  message: string;
  hint: string | undefined;
  next: string | undefined;
  exit: ExitCode;
}

/**
 * Turns anything thrown into words and an exit code; text that came from outside loses its control
 * characters.
 */
export function describeError(error: unknown): ErrorView {
  const view = viewOf(error);
  const clean = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : cleanText(forShell(text));
  // Our own messages have one line: a file name with a line end cannot add another.
  const message =
    error instanceof PostbackError ? cleanCell(view.message) : cleanText(view.message);
  return { ...view, message, hint: clean(view.hint), next: clean(view.next) };
}

/** Whether the error is the limit of open files of this process or machine. */
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
      message: 'This process has reached its limit of open files.',
      hint: 'Raise the limit (ulimit -n), then run the same command again.',
      next: undefined,
      exit: EXIT.fault,
    };
  }
  if (isParseError(error))
    return { ...describeParseError(error), next: undefined, exit: EXIT.usage };
  return {
    code: 'unexpected',
    message: messageOf(error),
    hint: 'This is a bug in postback. Set POSTBACK_DEBUG=1 to see where it happened.',
    next: undefined,
    exit: EXIT.fault,
  };
}

/** Removes the text that oclif adds to errors of a flag's parse function. */
function withoutParserWords(message: string): string {
  return message
    .replace(/^Parsing (--\S+) \n\t/, (_text, flag: string) => `${sourceOf(flag)}: `)
    .replace(/\nSee more help with --help$/, '');
}

/**
 * Prints the error on stderr and returns the exit code. An interruption only sets the exit code.
 * `POSTBACK_DEBUG` adds the stack.
 */
export async function reportError(
  error: unknown,
  io: IO = createProcessIO(process.argv),
): Promise<ExitCode> {
  const interruption = interruptionOf(error);
  if (interruption) {
    // A script that reads JSON needs the object.
    if (io.json && interruption.reason !== 'EPIPE')
      await io.fail(interruptedData(interruption)).catch(() => undefined);
    else if (interruption.words !== undefined)
      await io.info(interruption.words).catch(() => undefined);
    return interruption.exit;
  }
  if (isQuietExit(error)) return EXIT.done;
  const view = describeError(error);
  try {
    await (io.json ? io.fail(toData(view)) : io.error(toWords(view, io)));
    const said = [view.message, view.hint ?? ''].join(' ').trimEnd();
    if (io.isGitHubJob) await io.error(formatAnnotation(said));
    if (process.env['POSTBACK_DEBUG'] && error instanceof Error && error.stack)
      await io.error(cleanText(maskSecrets(error.stack)));
  } catch {
    // stderr is closed too. Only the exit code remains.
  }
  return view.exit;
}

function interruptedData({ reason, exit }: Interruption): object {
  const hint = 'Run the same command again. Recorded postbacks are not sent twice.';
  return { code: 'interrupted', message: `Stopped by ${reason}.`, hint, exit };
}

/** oclif's own commands end with an error that only carries exit code 0. */
function isQuietExit(error: unknown): boolean {
  return error instanceof Error && (error as { oclif?: { exit?: number } }).oclif?.exit === 0;
}

/** The hint of an error that has neither a hint nor a next command, by its exit code. */
const GENERAL_HINTS: Partial<Record<ExitCode, string>> = {
  [EXIT.fault]: 'Fix the cause, then run the same command again. It sends nothing twice.',
  [EXIT.usage]: 'Correct it, then run the same command again. --help shows what it accepts.',
  [EXIT.auth]: 'See what is connected: postback status',
  [EXIT.pending]: 'Run the same command again. It sends nothing twice.',
  [EXIT.input]: 'Check the name, the content and the access rights of the input.',
};

/** The error object of `--json` (schemas/error.json). A script always finds a hint. */
function toData({ code, message, hint, next, exit }: ErrorView): object {
  const found = hint ?? (next === undefined ? GENERAL_HINTS[exit] : `Run: ${next}`);
  return {
    code,
    message,
    hint: found ?? 'See: postback --help',
    ...(next === undefined ? {} : { next }),
    exit,
  };
}

/** Why a command that printed its result ends with an exit code other than 0. */
export type Verdict = Pick<ErrorView, 'code' | 'message' | 'exit'> &
  Partial<Pick<ErrorView, 'hint' | 'next'>>;

/**
 * Ends a command whose result is on stdout, but shows that something is wrong: under `--json`,
 * stderr gets the error object that every exit code other than 0 has. The words for people are the
 * view's.
 * @returns the exit code
 */
export async function endWithVerdict(io: IO, verdict: Verdict): Promise<ExitCode> {
  const stopped = findInterruption();
  if (stopped) return reportError(stopped, io);
  if (io.json) await io.fail(toData({ hint: undefined, next: undefined, ...verdict }));
  return verdict.exit;
}

function toWords({ message, hint, next }: ErrorView, io: IO): string {
  const { err } = io.color;
  const lines = [`${err.red.bold('Error:')} ${message}`];
  if (hint !== undefined) lines.push(hint);
  if (next !== undefined) lines.push(`${err.bold('Next:')} ${next}`);
  return lines.join('\n');
}
