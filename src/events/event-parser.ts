import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import type { ConversionEvent, InvalidLine } from './conversion-event.js';
import { detectFormat, EVENT_FORMATS, type EventFormat } from './detect-format.js';
import {
  describeNear,
  type Envelope,
  findEnvelope,
  formatWithin,
  inherit,
  type OpenEnvelope,
} from './envelope.js';
import { describeType, FieldProblem } from './field-problem.js';
import { readAudienceMessage } from './formats/audience.js';
import { applyEnvelope, readBareData, unwrapCloudEvent } from './formats/cloudevents.js';
import { readEcapi } from './formats/ecapi.js';
import { readGa4 } from './formats/ga4.js';
import { readGoogle } from './formats/google.js';
import { readSegment } from './formats/segment.js';
import { readSnowplow } from './formats/snowplow.js';
import type { Line } from './line-splitter.js';
import { JsonProblem, parseRecord } from './parse-record.js';
import { splitRun } from './split-run.js';
import { InexactNumber, mayBeInexact, parseExactNumbers } from './scalars.js';
import { type Warn, type Warning, type WarningTally } from './warnings.js';

/** Values of `--format`. */
export const FORMAT_CHOICES = ['auto', ...EVENT_FORMATS] as const;
export type FormatChoice = (typeof FORMAT_CHOICES)[number];

/** `text`: the record itself, where its line holds several that are not one JSON text. */
export type ParsedRecord = ({ event: ConversionEvent } | { invalid: InvalidLine }) & {
  text?: string;
};

export interface ParserOptions {
  /** `auto`: the first record decides, for the whole input. */
  format: FormatChoice;
  /** Name of the input, for messages. */
  input: string;
  /** Counts warnings of valid events; absent: warnings are ignored. */
  warnings?: WarningTally;
}

/** Makes the parser of one input. */
export function createEventParser(options: ParserOptions): EventParser {
  return new EventParser(options);
}

type InnerFormat = Exclude<EventFormat, 'audience' | 'cloudevents'>;
type Read = (record: JsonObject, warn: Warn) => ConversionEvent;
const READERS: Readonly<Record<InnerFormat, Read>> = {
  segment: readSegment,
  ecapi: readEcapi,
  ga4: readGa4,
  snowplow: readSnowplow,
  google: readGoogle,
};

/** Parses the lines of one input into events. The first record decides the format of all. */
export class EventParser {
  readonly #options: ParserOptions;
  readonly #isAuto: boolean;
  #format: EventFormat | undefined;
  /** Of what CloudEvents carry; `none`: no format, but fields by our own names. */
  #inner: EventFormat | 'none' | undefined;
  /** What an operator should know of the input, such as its format. The reader takes it away. */
  readonly notices: string[] = [];
  /** Warnings of the record that is being read: they count once it is an event. */
  readonly #pending: Warning[] = [];
  // One reused array for lines with one record, because this is the hot path.
  readonly #one: ParsedRecord[] = [];

  constructor(options: ParserOptions) {
    this.#options = options;
    this.#isAuto = options.format === 'auto';
    if (options.format !== 'auto') this.#setFormat(options.format);
  }

  /** The format, once it is known. */
  get format(): EventFormat | undefined {
    return this.#format;
  }

  /** Whether the first records have decided the format of the others. */
  get hasFormat(): boolean {
    return (
      this.#format !== undefined && (this.#format !== 'cloudevents' || this.#inner !== undefined)
    );
  }

  /**
   * The records of one line: one, or those of an envelope. Never throws for what a line holds: a
   * bad record is data. The array is good until the next call.
   */
  parse(line: Line): readonly ParsedRecord[] {
    if (line.note) {
      this.#options.warnings?.add(line.note, this.#options.input, line.number);
      return NO_RECORDS;
    }
    if (line.invalid) return this.#yield(locate(line.invalid, line));
    let record: JsonObject;
    try {
      record = parseRecord(line.text);
      // The ids that other formats lack are made of the record: no digit of it may be lost.
      if (this.#format !== 'audience' && mayBeInexact(line.text)) record = parseExactly(line.text);
    } catch (error) {
      const run = splitRun(line);
      return run
        ? run.flatMap((part) => this.#parsePart(part))
        : this.#yield(locateProblem(error, line));
    }
    if (line.envelope) {
      return this.#yield(
        this.#readElement(record, line.envelope, line, () => parseExactly(line.text)),
      );
    }
    const envelope = findEnvelope(record);
    if (envelope) return this.#openEnvelope(envelope, line);
    return this.#yield(
      this.#read(record, line) ?? this.#readExactly(parseExactly(line.text), line),
    );
  }

  /** Parses one of a line's records. */
  #parsePart(part: Line): ParsedRecord[] {
    return this.parse(part).map((parsed) => ({ ...parsed, text: part.text }));
  }

  #yield(parsed: ParsedRecord | InvalidLine): readonly ParsedRecord[] {
    this.#one[0] = 'code' in parsed ? { invalid: parsed } : parsed;
    return this.#one;
  }

  #openEnvelope(envelope: OpenEnvelope, line: Line): ParsedRecord[] {
    let exact: readonly JsonObject[] | undefined;
    return envelope.elements.map((element, index): ParsedRecord => {
      const at = { ...line, element: index + 1 };
      if (isJsonObject(element)) {
        return this.#readElement(element, envelope, at, () => {
          exact ??= parseExactly(line.text)[envelope.key] as readonly JsonObject[];
          return exact[index] as JsonObject;
        });
      }
      const message = `is ${describeType(element)}; expected a JSON object`;
      return { invalid: locate({ code: 'not_an_object', field: '', message }, at) };
    });
  }

  /** Reads an element with what its envelope says of all of them. */
  #readElement(
    element: JsonObject,
    envelope: Envelope,
    line: Line,
    parseAgain: () => JsonObject,
  ): ParsedRecord {
    if (this.#format === undefined) {
      const format = formatWithin(envelope, element);
      if (format) this.#setFormat(format);
    }
    const index = (line.element ?? 1) - 1;
    const parsed = this.#read(inherit(element, envelope, index), line);
    return parsed ?? this.#readExactly(inherit(parseAgain(), envelope, index), line);
  }

  /** Undefined where a number in it has lost digits that matter: it has to be parsed again. */
  #read(record: JsonObject, line: Line): ParsedRecord | undefined {
    try {
      const event =
        this.#format === 'audience'
          ? readAudienceMessage(record, this.#warn)
          : this.#readForeign(record);
      if (this.#pending.length > 0) this.#countWarnings(line);
      return { event };
    } catch (error) {
      this.#pending.length = 0;
      if (error instanceof InexactNumber) return undefined;
      return { invalid: locateProblem(this.#explain(error, record), line) };
    }
  }

  #readExactly(record: JsonObject, line: Line): ParsedRecord {
    const invalid = {
      code: 'invalid_value',
      field: '',
      message: 'contains a number that has lost digits',
    };
    return this.#read(record, line) ?? { invalid: locate(invalid, line) };
  }

  #readForeign(record: JsonObject): ConversionEvent {
    const format = this.#chooseFormat(record);
    if (format === 'audience') return readAudienceMessage(record, this.#warn);
    if (format !== 'cloudevents') return READERS[format](record, this.#warn);
    const unwrapped = unwrapCloudEvent(record);
    const inner = this.#chooseInner(unwrapped.data);
    if (inner === 'none') {
      const event = readBareData(record, unwrapped, this.#warn);
      applyEnvelope(event, record, unwrapped.id, this.#warn);
      return event;
    }
    const event = readWithin(inner, unwrapped.data, this.#warn);
    applyEnvelope(event, record, unwrapped.id, this.#warn);
    return event;
  }

  #chooseFormat(record: JsonObject): EventFormat {
    const found = this.#isAuto ? detectFormat(record) : this.#format;
    if (this.#format === undefined) {
      if (found === undefined)
        throw new FieldProblem('unknown_format', '', UNKNOWN_FORMAT + describeNear(record));
      this.#setFormat(found);
    }
    const format = this.#format as EventFormat;
    if (found !== undefined && found !== format) throw otherFormat(found, format, this.#isAuto);
    return format;
  }

  #chooseInner(data: JsonObject): EventFormat | 'none' {
    if (Array.isArray(data['messages']) || Array.isArray(data['batch'])) {
      throw new FieldProblem(
        'wrong_type',
        'data',
        'contains a list of messages; expected one event',
      );
    }
    const found = detectWithin(data);
    if (this.#inner === undefined) {
      this.#inner = found;
      if (found !== 'none') this.#note(`the CloudEvents hold ${found}.`);
    }
    if (found === this.#inner) return found;
    throw new FieldProblem(
      'other_format',
      'data',
      describeOther(found, `this file's CloudEvents hold ${this.#inner}`),
    );
  }

  /** Returns a problem that names the other format if the record has one. */
  #explain(error: unknown, record: JsonObject): unknown {
    if (
      !(error instanceof FieldProblem) ||
      error.code === 'other_format' ||
      this.#format === undefined
    )
      return error;
    const found = detectFormat(record);
    return found === undefined || found === this.#format
      ? error
      : otherFormat(found, this.#format, this.#isAuto);
  }

  #setFormat(format: EventFormat): void {
    this.#format = format;
    this.#note(`reading it as ${format}${this.#isAuto ? '' : ' (--format)'}.`);
  }

  #note(message: string): void {
    this.notices.push(`${this.#options.input}: ${message}`);
  }

  readonly #warn: Warn = (warning) => {
    this.#pending.push(warning);
  };

  #countWarnings({ number }: Line): void {
    const { warnings, input } = this.#options;
    for (const warning of this.#pending) warnings?.add(warning, input, number);
    this.#pending.length = 0;
  }
}

/** A record that {@link parseRecord} has taken, with all digits of its numbers. */
function parseExactly(text: string): JsonObject {
  return parseExactNumbers(text) as JsonObject;
}

const NO_RECORDS: readonly ParsedRecord[] = [];

const UNKNOWN_FORMAT =
  `is not in a known format (${EVENT_FORMATS.join(', ')}); ` +
  'an Audience message has type, messageId and eventTimestamp; use --format for another format';

/** Data by our own names has fields of Audience messages and of upload files, but is neither. */
function detectWithin(data: JsonObject): EventFormat | 'none' {
  const found = detectFormat(data);
  const isOurs = found === 'google' || (found === 'audience' && data['type'] === undefined);
  return found === undefined || isOurs ? 'none' : found;
}

function readWithin(format: EventFormat, data: JsonObject, warn: Warn): ConversionEvent {
  if (format === 'audience') return readAudienceMessage(data, warn);
  if (format !== 'cloudevents') return READERS[format](data, warn);
  throw new FieldProblem(
    'wrong_type',
    'data',
    'is a CloudEvent in a CloudEvent; expected an event',
  );
}

function otherFormat(found: EventFormat, format: EventFormat, isAuto: boolean): FieldProblem {
  const why = isAuto ? `this file is read as ${format}` : `--format says ${format}`;
  return new FieldProblem('other_format', '', describeOther(found, why));
}

function describeOther(found: string, why: string): string {
  return `looks like ${found}, but ${why}; all records of a file must have one format`;
}

function locateProblem(error: unknown, line: Line): InvalidLine {
  if (!(error instanceof FieldProblem)) throw error;
  const invalid = locate(error.toInvalidLine(), line);
  if (!(error instanceof JsonProblem)) return invalid;
  const before = line.text.slice(0, error.offset);
  const feeds = before.split('\n').length - 1;
  const column =
    feeds === 0 ? (line.column ?? 1) + error.offset : error.offset - before.lastIndexOf('\n');
  if (feeds === 0) return { ...invalid, column };
  // A column within a record of several lines is of no use to the reader.
  const message = invalid.message.replace(/at column \d+ of \d+/, `at column ${column}`);
  return { ...invalid, message, line: line.number + feeds, column };
}

function locate(invalid: InvalidLine, { element, column }: Line): InvalidLine {
  return {
    ...invalid,
    ...(element === undefined ? {} : { element }),
    ...(column === undefined ? {} : { column }),
  };
}
