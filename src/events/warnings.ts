/**
 * What a warning is about. A warning never costs the conversion (docs/events.md, "Warnings"); docs/errors.md has the
 * list with what to do. Add a code here and there to report a new kind.
 */
export const WARNING_CODES = [
  'alias_field',
  'assumed_event',
  'assumed_zone',
  'derived_id',
  'list_value',
  'network_warning',
  'nul_bytes',
  'trailing_comma',
  'unread_identifier',
  'unusable_field',
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

/** Something odd about a valid event that its sender should know. */
export interface Warning {
  code: WarningCode;
  /** Path of the field in the record, such as `properties.quantity`. */
  field: string;
  /** Follows the path in a sentence: `is the number 0.5; expected …`. Never holds a value that could be personal. */
  message: string;
}

/** Receives the warnings of one record. They count only if the record turns out to be a valid event. */
export type Warn = (warning: Warning) => void;

/** Number of warnings by code; codes that did not occur are absent. */
export type WarningCounts = Partial<Record<WarningCode, number>>;

/** One kind of warning (a code at a field): where it occurred first, and how often. */
export interface CountedWarning extends Warning {
  file: string;
  line: number;
  count: number;
}

/** Maximum number of kinds that are kept with their first place; further ones are counted by code only. */
const MAX_KINDS = 200;

/** Ignores warnings, for records whose warnings were reported before or that were made here. */
export const ignoreWarnings: Warn = () => undefined;

/** Counts the warnings of one run, over all of its inputs. */
export class WarningTally {
  readonly byCode: WarningCounts;
  readonly #kinds = new Map<string, CountedWarning>();
  readonly #report: ((message: string) => void) | undefined;

  /**
   * @param byCode counts to add to
   * @param report receives a sentence with file and line, once for each kind
   */
  constructor(byCode: WarningCounts = {}, report?: (message: string) => void) {
    this.byCode = byCode;
    this.#report = report;
  }

  /** The kinds of warnings in the order of their first occurrence. */
  get kinds(): readonly CountedWarning[] {
    return [...this.#kinds.values()];
  }

  /** Counts one warning of the record at `line` of `file`. */
  add(warning: Warning, file: string, line: number): void {
    const { code, field, message } = warning;
    this.byCode[code] = (this.byCode[code] ?? 0) + 1;
    const key = `${code} ${field}`;
    const known = this.#kinds.get(key);
    if (known) {
      known.count++;
    } else if (this.#kinds.size < MAX_KINDS) {
      this.#kinds.set(key, { ...warning, file, line, count: 1 });
      this.#report?.(`${file}:${line}: ${field === '' ? '' : `${field} `}${message} (shown once).`);
    }
  }
}

/** Adds the counts of `from` to `to`, and empties `from`. */
export function moveWarningCounts(from: WarningCounts, to: WarningCounts): void {
  for (const name in from) {
    const code = name as WarningCode;
    to[code] = (to[code] ?? 0) + (from[code] ?? 0);
    delete from[code];
  }
}
