import { UsageError } from '../errors.js';
import { Interruption } from './interruption.js';
import type { IO } from './io.js';

/** Context of a question: the terminal, the run's signal, and how to answer without a terminal. */
export interface PromptContext {
  io: IO;
  signal: AbortSignal;
}

export interface Question {
  message: string;
  /** The flag or argument that answers the question off a terminal: named in the error. */
  flagName: string;
}

export interface Choice<T> {
  name: string;
  value: T;
  description?: string;
  /** Offered whatever is typed to search. */
  isAlways?: boolean;
}

/** Maximum number of choices that are listed at once; longer lists are searched by typing. */
const LISTED_CHOICES = 10;

/** Asks yes or no; `fallback` is what Enter means. @throws {UsageError} off a terminal. */
export async function confirm(
  context: PromptContext,
  question: Question & { fallback?: boolean },
): Promise<boolean> {
  const prompts = await openPrompts(context, question);
  return ask(() =>
    prompts.confirm(
      { message: question.message, default: question.fallback ?? false },
      streamsOf(context),
    ),
  );
}

/**
 * Lets one of `choices` be picked; a long list is searched by typing. @throws {UsageError} off a
 * terminal.
 */
export async function select<T>(
  context: PromptContext,
  question: Question & { choices: readonly Choice<T>[] },
): Promise<T> {
  const prompts = await openPrompts(context, question);
  const { message, choices } = question;
  const pageSize = LISTED_CHOICES;
  if (choices.length <= LISTED_CHOICES)
    return ask(() => prompts.select<T>({ message, choices, pageSize }, streamsOf(context)));
  return ask(() =>
    prompts.search<T>(
      {
        message: `${message} (${choices.length}, type to search)`,
        pageSize,
        source: (term = '') => searchChoices(choices, term),
      },
      streamsOf(context),
    ),
  );
}

/** Returns the choices that contain what was typed, those that begin with it first. Pure. */
export function searchChoices<T>(choices: readonly Choice<T>[], term: string): Choice<T>[] {
  const wanted = term.trim().toLowerCase();
  const ranked = choices.map((choice) => {
    const at = choice.name.toLowerCase().indexOf(wanted);
    return { choice, rank: choice.isAlways ? 2 : Math.sign(at) };
  });
  return ranked
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice);
}

/**
 * Asks for a line of text; `check` returns what is wrong with it. @throws {UsageError} off a
 * terminal.
 */
export async function input(
  context: PromptContext,
  question: Question & { fallback?: string; check?: (text: string) => string | undefined },
): Promise<string> {
  const prompts = await openPrompts(context, question);
  const { message, fallback, check } = question;
  const validate = (text: string): string | true => check?.(text) ?? true;
  return ask(() =>
    prompts.input(
      { message, validate, ...(fallback === undefined ? {} : { default: fallback }) },
      streamsOf(context),
    ),
  );
}

/** Asks for a secret, hidden as it is typed. @throws {UsageError} off a terminal. */
export async function password(context: PromptContext, question: Question): Promise<string> {
  const prompts = await openPrompts(context, question);
  return ask(() => prompts.password({ message: question.message, mask: '*' }, streamsOf(context)));
}

/**
 * Asks before what cannot be undone. `yes` (the flag) answers it; off a terminal it must.
 *
 * @throws {UsageError} off a terminal without `yes`; {@link Interruption} never: a no is `false`.
 */
export async function confirmOrYes(
  context: PromptContext,
  { question, yes, flagName = '--yes' }: { question: string; yes: boolean; flagName?: string },
): Promise<boolean> {
  return yes || confirm(context, { message: question, flagName });
}

async function openPrompts(
  { io }: PromptContext,
  { message, flagName }: Question,
): Promise<typeof import('@inquirer/prompts')> {
  if (!io.isInteractive) {
    throw new UsageError('needs_answer', `This question requires a terminal: ${message}`, {
      hint: `Give ${flagName}.`,
    });
  }
  // The prompts read color settings from the environment alone, and FORCE_COLOR outranks NO_COLOR.
  if (io.color.err.level === 0) {
    process.env['NO_COLOR'] = '1';
    delete process.env['FORCE_COLOR'];
  }
  return import('@inquirer/prompts');
}

/** Questions are words: they belong on stderr. */
function streamsOf({ io, signal }: PromptContext): {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  signal: AbortSignal;
} {
  return { input: io.stdin, output: io.stderr, signal };
}

/** A terminal in raw mode sends no SIGINT: Ctrl-C in a prompt is the prompt's own error. */
async function ask<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError')
      throw new Interruption('SIGINT', 'Cancelled.');
    throw error;
  }
}
