import { Chalk, type ChalkInstance } from 'chalk';
import { InternalError, messageOf } from '../errors.js';
import { stringifyExact } from '../exact-json.js';
import {
  addContext,
  addContextToData,
  readHintContext,
  wrapAroundCommands,
  type HintContext,
} from './hints.js';
import { Interruption } from './interruption.js';
import { wrapWords } from './table-layout.js';
import { cleanPainted } from './text.js';

/** An output stream of a command: `process.stdout`, or a fake in tests. */
export type Output = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
/** An input stream of a command: `process.stdin`, or a fake in tests. */
export type Input = NodeJS.ReadableStream & { isTTY?: boolean };

export interface IOParts {
  stdin: Input;
  stdout: Output;
  stderr: Output;
  environment: Readonly<Record<string, string | undefined>>;
  /** `--json`: print data as JSON, without info messages. */
  json: boolean;
  /** `--no-color`. */
  noColor: boolean;
  /** Flags of this call that suggested commands repeat. */
  hints?: HintContext;
}

/**
 * The one way of a command to the terminal: data to stdout, words to stderr, colour and width
 * decided once.
 */
export interface IO {
  readonly stdin: Input;
  readonly stderr: Output;
  readonly json: boolean;
  /** Whether questions may be asked: stdin and stderr are terminals, and this is no CI job. */
  readonly isInteractive: boolean;
  /** Whether stdout is a terminal: tables are aligned there, tab-separated elsewhere. */
  readonly isTerminal: boolean;
  /** Whether a job of GitHub Actions reads the messages: errors are annotated there. */
  readonly isGitHubJob: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  /**
   * Colours for data on stdout and for words on stderr; each writes plain text where there is no
   * colour.
   */
  readonly color: { readonly out: ChalkInstance; readonly err: ChalkInstance };
  /**
   * Writes data: text as a line, an object as one line of JSON. Resolves once the reader can take
   * more.
   */
  print(data: string | object): Promise<void>;
  /** Writes data as it is: a piece of something that is too long for one. */
  write(text: string): Promise<void>;
  /** Writes words for people to stderr, as a line. */
  error(text: string): Promise<void>;
  /**
   * A text with the flags of this call in each command that it suggests. {@link IO.error} and
   * {@link IO.print} do so themselves.
   */
  hint(text: string): string;
  /** Writes the error object of `--json` to stderr. */
  fail(error: object): Promise<void>;
  /**
   * Like {@link IO.error}, but prints nothing with `--json`, where stderr is for the error object.
   */
  info(text: string): Promise<void>;
}

/** Builds the terminal of one run. */
export function createIO(parts: IOParts): IO {
  const { stdout, stderr, environment, json, hints = {} } = parts;
  const fit = (text: string): string =>
    stderr.isTTY
      ? wrapAroundCommands(text, (part) => wrapWords(part, stderr.columns || widthOf(parts)))
      : text;
  const hint = (text: string): string => addContext(text, hints);
  const error = (text: string): Promise<void> =>
    writeTo(stderr, `${fit(cleanPainted(hint(text)))}\n`);
  return {
    // Asked for late: the first look at `process.stdin` makes Node load what reads it (3 ms).
    get stdin() {
      return parts.stdin;
    },
    stderr,
    json,
    get isInteractive() {
      return Boolean(stderr.isTTY) && Boolean(parts.stdin.isTTY) && !isSet(environment['CI']);
    },
    isTerminal: Boolean(stdout.isTTY),
    isGitHubJob: !json && environment['GITHUB_ACTIONS'] === 'true',
    width: widthOf(parts),
    color: { out: buildChalk(stdout, parts), err: buildChalk(stderr, parts) },
    print: (data) =>
      writeTo(
        stdout,
        `${typeof data === 'string' ? cleanPainted(hint(data)) : toSafeJson(addContextToData(data, hints))}\n`,
      ),
    write: (text) => writeTo(stdout, text),
    error,
    hint,
    fail: (body) => writeTo(stderr, `${toSafeJson(addContextToData({ error: body }, hints))}\n`),
    info: (text) => (json ? Promise.resolve() : error(text)),
  };
}

/**
 * The terminal of this process. `argv` is read for `--json` and `--no-color` so that it exists
 * before flags are parsed.
 */
export function createProcessIO(argv: readonly string[]): IO {
  const { env, stdout, stderr } = process;
  return createIO({
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    environment: env,
    json: hasFlag(argv, 'json', env),
    noColor: hasFlag(argv, 'no-color', env),
    hints: readHintContext(argv, env),
  });
}

/**
 * C1 controls, which some terminals obey, and the marks that reorder text: JSON leaves them as they
 * are.
 */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * JSON in which nothing that came from outside reaches a terminal as a command: such characters are
 * escaped.
 */
export function toSafeJson(data: object): string {
  const text = stringifyExact(data);
  return text.replace(
    UNSAFE_IN_JSON,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether a switch is on, by the command line or by its variable, before flags are parsed. */
export function hasFlag(
  argv: readonly string[],
  name: string,
  environment: NodeJS.ProcessEnv,
): boolean {
  const end = argv.indexOf('--');
  if ((end === -1 ? argv : argv.slice(0, end)).includes(`--${name}`)) return true;
  const variable = environment[`POSTBACK_${name.toUpperCase().replaceAll('-', '_')}`];
  return ['1', 'true', 'y', 'yes'].includes((variable ?? '').toLowerCase());
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && !['', '0', 'false'].includes(variable.toLowerCase());
}

function widthOf({ stdout, stderr, environment }: IOParts): number {
  const columns = stdout.columns ?? stderr.columns ?? Number(environment['COLUMNS']);
  return Number.isInteger(columns) && columns > 0 ? columns : 80;
}

/** chalk 5 leaves NO_COLOR to its callers, so the level is decided here (https://no-color.org). */
function buildChalk(stream: Output, { environment, noColor }: IOParts): ChalkInstance {
  if (noColor || environment['NO_COLOR']) return new Chalk({ level: 0 });
  const forced = environment['FORCE_COLOR'];
  // What is not a terminal gets no colour, even if forced: test runners set the variable for all
  // that they start, and a script would read escape sequences as data.
  if (!stream.isTTY) return new Chalk({ level: 0 });
  if (forced !== undefined) return new Chalk({ level: isSet(forced) || forced === '' ? 1 : 0 });
  return new Chalk({ level: environment['TERM'] === 'dumb' ? 0 : 1 });
}

/**
 * Writes and waits until the text has left, so that a slow reader slows the run instead of filling
 * memory.
 *
 * @throws {Interruption} when the reader closed its end; {@link InternalError} when the output
 *   cannot be written.
 */
function writeTo(stream: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error) reject(outputErrorOf(error));
      else resolve();
    });
  });
}

/** Returns the error of a failed write: the reader closed the pipe, or the output is full. */
export function outputErrorOf(error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return new Interruption('EPIPE');
  return new InternalError(
    'output_failed',
    `The output could not be written: ${messageOf(error)}.`,
    {
      hint:
        'Free disk space, or redirect the output. The log has everything that was delivered: ' +
        'postback logs.',
      cause: error,
    },
  );
}
