import type { ConversionEvent, InvalidLine } from '../events/conversion-event.js';
import type { EventParser } from '../events/event-parser.js';
import { type Input, openParser } from '../events/input.js';
import type { Line } from '../events/line-splitter.js';
import { describeProblem } from '../events/lint.js';
import { WarningTally, type WarningCounts } from '../events/warnings.js';
import type { Origins } from './origins.js';
import type { Report } from './report.js';

/** What a reader counts: `lines` are records, `warnings` the oddities of valid ones by code. */
export interface RecordCounts {
  lines: number;
  invalid: number;
  events: number;
  warnings: WarningCounts;
}

/**
 * Turns the lines of inputs into events, counts them and tells what is invalid. Each input has one
 * parser.
 */
export class RecordReader {
  /** Where the last invalid record is and what is wrong with it. */
  lastProblem = '';
  readonly #counts: RecordCounts;
  readonly #warnings: WarningTally;
  readonly #report: Report;
  readonly #origins: Origins | undefined;
  readonly #parsers = new Map<Input, EventParser>();
  /** Names of the inputs that hold a record, and of the last one. */
  readonly #filled = new Set<string>();
  #last = '';

  constructor(counts: RecordCounts, report: Report, origins?: Origins) {
    this.#counts = counts;
    this.#report = report;
    this.#origins = origins;
    this.#warnings = new WarningTally(counts.warnings);
  }

  /**
   * Adds the events of one line to `events`; false when the line, or one of an envelope's records,
   * is invalid.
   */
  read(line: Line, input: Input, events: ConversionEvent[]): boolean {
    let isValid = true;
    let index = 0;
    const parser = this.#parserOf(input);
    const records = parser.parse(line);
    this.#reportNotices(parser.notices);
    this.#reportNotices(this.#warnings.notices);
    if (records.length > 0 && input.name !== this.#last)
      this.#filled.add((this.#last = input.name));
    for (const parsed of records) {
      index++;
      this.#counts.lines++;
      if ('event' in parsed) {
        this.#counts.events++;
        events.push(parsed.event);
        if (this.#origins)
          this.#noteOrigin(parsed, line, input, records.length > 1 ? index : line.element);
        continue;
      }
      isValid = false;
      this.#counts.invalid++;
      this.#report({
        type: 'invalid',
        input: line.source ?? input.name,
        line: line.number,
        text: parsed.text ?? line.text,
        ...parsed.invalid,
      });
      this.lastProblem = describeInvalid(line.source ?? input.name, line.number, parsed.invalid);
    }
    return isValid;
  }

  #noteOrigin(
    parsed: { event: ConversionEvent; text?: string },
    line: Line,
    input: Input,
    element?: number,
  ): void {
    const at = { file: line.source ?? input.name, line: line.number };
    // A record of a line of several is a text of its own.
    const record = parsed.text === undefined ? { text: line.text, element } : { text: parsed.text };
    this.#origins?.note(parsed.event, {
      ...at,
      text: record.text,
      ...(record.element === undefined ? {} : { element: record.element }),
    });
  }

  /**
   * Reports each input that has ended without a record. Under `strict`, inputs without any record
   * are an error, which says so.
   */
  reportEmpty(inputs: readonly Input[], isStrict: boolean): void {
    if (isStrict && this.#filled.size === 0) return;
    for (const { name } of inputs) {
      if (!this.#filled.has(name))
        this.#report({ type: 'empty', message: `${name} holds no record.` });
    }
  }

  /**
   * Lets the beginning of an input that is read from its middle decide its format; true once it is
   * decided.
   */
  detectFormat(lines: readonly Line[], input: Input): boolean {
    const parser = this.#parserOf(input);
    const hasFormat =
      parser.hasFormat || lines.some((line) => (parser.parse(line), parser.hasFormat));
    this.#reportNotices(parser.notices);
    return hasFormat;
  }

  #parserOf(input: Input): EventParser {
    const known = this.#parsers.get(input);
    if (known) return known;
    const parser = openParser(input, { warnings: this.#warnings });
    this.#parsers.set(input, parser);
    return parser;
  }

  #reportNotices(notices: string[]): void {
    if (notices.length === 0) return;
    for (const message of notices.splice(0)) this.#report({ type: 'input', message });
  }
}

/** Where an invalid line is and what is wrong with it. */
export function describeInvalid(
  input: string,
  line: number,
  { field, message, ...at }: InvalidLine,
): string {
  const element = at.element === undefined ? '' : ` (element ${at.element})`;
  return `${input}:${at.line ?? line}${element}: ${describeProblem({ field, message })}`;
}
