import type { InvalidLine } from './conversion-event.js';

/** Thrown while one line is read and caught by its format: the line is invalid, the run goes on. */
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

/** What JSON type `value` has, in words, so that a message can say what was found without quoting it. */
export function describeType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return 'nothing that JSON has';
  // Phone numbers come as numbers as well.
  const digits = String(value);
  return /^\d{9,12}$/.test(digits) ? `a number of ${digits.length} digits` : `the number ${digits}`;
}
