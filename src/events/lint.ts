import type { InvalidLine } from './conversion-event.js';
import type { CountedWarning, EventParser } from './event-parser.js';
import type { Input } from './input.js';
import { checkInputs, openParser, readLines } from './input.js';

/** One record that is no event, as `validate` and the summary of a run tell it (contract.md section 4). */
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

/** What was counted of all inputs. */
export interface LintCounts {
  lines: number;
  valid: number;
  invalid: number;
  /** Problems by code. */
  codes: Record<string, number>;
  /** Oddities of valid events: where each kind was met first, and how often. */
  warnings: (CountedWarning & { file: string })[];
  /** The format of each input; null where no record told. */
  formats: Record<string, string | null>;
}

/**
 * Reads inputs as a run would and tells every problem, those of one read at a time; `counts` is filled on the way.
 * Touches no network and no log.
 * @param tell hears which format each input has
 * @throws InputError when an input cannot be read
 */
export async function* lintInputs(
  inputs: readonly Input[],
  counts: LintCounts,
  tell: (message: string) => void,
  signal?: AbortSignal,
): AsyncGenerator<Problem[]> {
  await checkInputs(inputs);
  for (const input of inputs) {
    if (signal?.aborted) return;
    // Warnings are counted, and told with their number at the end.
    const parser = openParser(input, (message, about) => {
      if (about === 'format') tell(message);
    });
    for await (const lines of readLines(input, signal)) {
      const problems: Problem[] = [];
      for (const line of lines) {
        for (const parsed of parser.parse(line)) {
          counts.lines++;
          if ('event' in parsed) counts.valid++;
          else problems.push(count(toProblem(input.name, line.number, parsed.invalid), counts));
        }
      }
      if (problems.length > 0) yield problems;
    }
    note(input.name, parser, counts);
  }
}

/** Counts that nothing was counted in yet. */
export function emptyLintCounts(): LintCounts {
  return { lines: 0, valid: 0, invalid: 0, codes: {}, warnings: [], formats: {} };
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

function count(problem: Problem, counts: LintCounts): Problem {
  counts.invalid++;
  counts.codes[problem.code] = (counts.codes[problem.code] ?? 0) + 1;
  return problem;
}

function note(file: string, { warnings, format }: EventParser, counts: LintCounts): void {
  counts.formats[file] = format ?? null;
  for (const warning of warnings.values()) counts.warnings.push({ file, ...warning });
}
