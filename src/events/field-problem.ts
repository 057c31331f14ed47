import type { InvalidLine } from './conversion-event.js';

/** Thrown for an invalid line and caught by its format. The run continues. */
export class FieldProblem extends Error {
  constructor(
    readonly code: string,
    readonly field: string,
    message: string,
  ) {
    super(message);
  }

  /** The problem as data. */
  toInvalidLine(): InvalidLine {
    return { code: this.code, field: this.field, message: this.message };
  }
}

/** Describes the JSON type of `value`, for messages that must not quote it. */
export function describeType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return 'not a JSON value';
  // Phone numbers come as numbers as well.
  const digits = String(value);
  return /^\d{9,12}$/.test(digits) ? `a number of ${digits.length} digits` : `the number ${digits}`;
}
