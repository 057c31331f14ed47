/**
 * What a warning is about. A warning never costs the conversion (docs/events.md, "Warnings");
 * docs/errors.md has the list with what to do. Add a code here and there to report a new kind.
 */
export const WARNING_CODES = [
  'alias_field',
  'assumed_event',
  'assumed_zone',
  'damaged_row',
  'derived_id',
  'list_value',
  'network_warning',
  'nul_bytes',
  'trailing_comma',
  'unread_file',
  'unread_identifier',
  'unusable_field',
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

/** Something odd about a valid event that its sender should know. */
export interface Warning {
  code: WarningCode;
  /** Path of the field in the record, such as `properties.quantity`. */
  field: string;
  /**
   * Text after the path: `is the number 0.5; expected …`. Never contains a possibly personal value.
   */
  message: string;
}

/**
 * Receives the warnings of one record. They count only if the record turns out to be a valid event.
 */
export type Warn = (warning: Warning) => void;

/** Number of warnings by code; codes that did not occur are absent. */
export type WarningCounts = Partial<Record<WarningCode, number>>;

/** A warning type (a code and a field) with its first occurrence and its count. */
export interface CountedWarning extends Warning {
  file: string;
  line: number;
  count: number;
}

/**
 * Maximum number of warning types kept with their first occurrence; further ones are only counted
 * by code.
 */
const MAX_TYPES = 200;

/** Ignores warnings, for records whose warnings were reported before or that were made here. */
export const ignoreWarnings: Warn = () => undefined;

/** Counts the warnings of one run, over all of its inputs. */
export class WarningTally {
  readonly byCode: WarningCounts;
  readonly #types = new Map<string, CountedWarning>();
  /** A sentence with file and line for each new type. The reader takes it away. */
  readonly notices: string[] = [];

  /** @param byCode counts to add to */
  constructor(byCode: WarningCounts = {}) {
    this.byCode = byCode;
  }

  /** The types of warnings in the order of their first occurrence. */
  get types(): readonly CountedWarning[] {
    return [...this.#types.values()];
  }

  /** Counts one warning of the record at `line` of `file`. */
  add(warning: Warning, file: string, line: number): void {
    const { code, field, message } = warning;
    this.byCode[code] = (this.byCode[code] ?? 0) + 1;
    const key = `${code} ${field}`;
    const known = this.#types.get(key);
    if (known) {
      known.count++;
    } else if (this.#types.size < MAX_TYPES) {
      this.#types.set(key, { ...warning, file, line, count: 1 });
      const about = field === '' ? '' : `${field} `;
      this.notices.push(`${file}:${line}: ${about}${message} (shown once).`);
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
