import type { InvalidLine } from './conversion-event.js';
import type { Input } from './input.js';
import { openParser, readLines } from './input.js';
import { openInputs } from './open-inputs.js';
import { type CountedWarning, type WarningCounts, WarningTally } from './warnings.js';

/** An invalid record, as `validate` and the summary of a run report it. */
export interface Problem {
  file: string;
  line: number;
  /** Character of the line, from 1, where it is known. */
  column?: number;
  /** Which element of an array or envelope, from 1. */
  element?: number;
  field: string;
  code: string;
  message: string;
}

/**
 * A record that is not an event (`error`), or a kind of oddity of valid events (`warning`) at its
 * first place.
 */
export interface LintProblem extends Problem {
  severity: 'error' | 'warning';
  /** How often a warning of this kind occurred. */
  count?: number;
}

/** What some lines of an input show. */
export interface LintPart {
  problems: LintProblem[];
  /** What an operator should know of the input, such as its format. */
  notices: string[];
}

/** Counts of all inputs. */
export interface LintCounts {
  lines: number;
  valid: number;
  invalid: number;
  /** Problems by code. */
  codes: Record<string, number>;
  /** Oddities of valid events, by code. */
  warnings: WarningCounts;
  /** Format of each input; null if unknown. */
  formats: Record<string, string | null>;
  /** Inputs that hold no record. */
  empty: string[];
}

/**
 * Reads inputs as a run would and yields every problem, those of one read at a time, then the types
 * of warnings. Fills `counts` on the way. Touches no network and no log.
 * @throws InputError when an input cannot be read
 */
export async function* lintInputs(
  inputs: readonly Input[],
  counts: LintCounts,
  signal?: AbortSignal,
): AsyncGenerator<LintPart> {
  const opened = await openInputs(inputs);
  const warnings = new WarningTally(counts.warnings);
  for (const input of opened) {
    if (signal?.aborted) return;
    const before = counts.lines;
    const parser = openParser(input, { warnings });
    for await (const lines of readLines(input, signal)) {
      const problems: LintProblem[] = [];
      for (const line of lines) {
        for (const parsed of parser.parse(line)) {
          counts.lines++;
          if ('event' in parsed) counts.valid++;
          else problems.push(count(toProblem(input.name, line.number, parsed.invalid), counts));
        }
      }
      const notices = parser.notices.splice(0);
      if (problems.length + notices.length > 0) yield { problems, notices };
    }
    counts.formats[input.name] = parser.format ?? null;
    if (counts.lines === before) counts.empty.push(input.name);
  }
  // Their numbers are known now.
  if (warnings.types.length > 0) yield { problems: warnings.types.map(toLintProblem), notices: [] };
}

function toLintProblem({ file, line, field, code, message, count }: CountedWarning): LintProblem {
  return { severity: 'warning', file, line, field, code, message, count };
}

/** Counts that nothing was counted in yet. */
export function emptyLintCounts(): LintCounts {
  return { lines: 0, valid: 0, invalid: 0, codes: {}, warnings: {}, formats: {}, empty: [] };
}

/** An invalid record with its place. */
export function toProblem(file: string, line: number, invalid: InvalidLine): Problem {
  const { column, element, field, code, message } = invalid;
  return {
    file,
    line: invalid.line ?? line,
    ...(column === undefined ? {} : { column }),
    ...(element === undefined ? {} : { element }),
    field,
    code,
    message,
  };
}

/** The problem in a sentence, which begins with the field. */
export function describeProblem({ field, message }: Pick<Problem, 'field' | 'message'>): string {
  return `${field === '' ? 'the line' : field} ${message}`;
}

function count(problem: Problem, counts: LintCounts): LintProblem {
  counts.invalid++;
  counts.codes[problem.code] = (counts.codes[problem.code] ?? 0) + 1;
  return { severity: 'error', ...problem };
}
