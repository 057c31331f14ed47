import { FieldProblem } from './field-problem.js';
import { wrongType } from './field-values.js';

const PER_SECOND = { seconds: 1, milliseconds: 1_000, microseconds: 1_000_000 };
/** The years 2001 to 2286, in seconds: a time in another unit is far outside. */
const FIRST = 1_000_000_000;
const LAST = 10_000_000_000;

/**
 * A point in time given as a whole number since 1970, as a number or in digits (64-bit numbers come as text), in ISO 8601;
 * undefined when absent.
 * @throws FieldProblem for anything else, and for a number that is plainly in another unit.
 */
export function readEpoch(value: unknown, unit: keyof typeof PER_SECOND, path: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  const expected = `whole ${unit} since 1970`;
  if (typeof number !== 'number') throw wrongType(path, expected, value);
  const seconds = number / PER_SECOND[unit];
  if (!Number.isSafeInteger(number) || seconds < FIRST || seconds >= LAST) {
    throw new FieldProblem('invalid_value', path, `is ${number}; expected ${expected}, such as ${example(unit)}`);
  }
  return new Date(Math.floor(seconds * 1_000)).toISOString();
}

function example(unit: keyof typeof PER_SECOND): number {
  return 1_795_032_845 * PER_SECOND[unit];
}

/** A date-time with a space for its `T`, in RFC 3339; anything else as it is. */
export function joinDateTime(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().replace(/^(\d{4}-\d\d-\d\d) +(?=\d\d:)/, '$1T') : value;
}

/** As {@link joinDateTime}, and UTC where no zone is said, as Snowplow writes it. */
export function mendDateTime(value: unknown): unknown {
  const joined = joinDateTime(value);
  return typeof joined === 'string' && /T[\d:.]+$/.test(joined) ? `${joined}Z` : joined;
}
