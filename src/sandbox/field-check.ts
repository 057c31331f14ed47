import type { JsonObject } from '../json.js';

/** Collects what is wrong with an event, in words with the name of the field. */
export type Report = (field: string, message: string) => void;

const HASH = /^[0-9a-f]{64}$/;

/** Prefix of click ids that sandboxes refuse: an error in an event that no client can see. */
const REFUSED_CLICK = 'sandbox-refused';

/** Whether a click id is one that sandboxes refuse. */
export function isRefusedClick(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith(REFUSED_CLICK);
}

/** Reports every field that the network does not know. */
export function checkKnown(
  object: JsonObject,
  known: ReadonlySet<string>,
  report: Report,
  path = '',
): void {
  for (const name of Object.keys(object))
    if (!known.has(name)) report(`${path}${name}`, 'is not a known field');
}

/** Reports a field that is there and is not a text with something in it. */
export function checkText(object: JsonObject, name: string, report: Report, path = ''): void {
  const value = object[name];
  if (value !== undefined && (typeof value !== 'string' || value === ''))
    report(`${path}${name}`, 'must be a string that is not empty');
}

/** Whether a value is a text, or a number, of this form. */
export function hasForm(value: unknown, form: RegExp): boolean {
  return (typeof value === 'string' || typeof value === 'number') && form.test(String(value));
}

/** Reports a value, or an element of a list, that is not 64 small hex digits. */
export function checkHash(value: unknown, field: string, report: Report): void {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const isHashed = values.every((one) => typeof one === 'string' && HASH.test(one));
  if (values.length === 0 || !isHashed) report(field, 'must be a SHA-256 hash');
}

/** How a network measures the time of events. */
export interface TimeRule {
  unitMs: number;
  windowMs: number;
  aheadMs: number;
}

/** Reports a time that is not a whole number, or is out of the range that the network takes. */
export function checkTime(
  value: unknown,
  field: string,
  { unitMs, windowMs, aheadMs, nowMs }: TimeRule & { nowMs: number },
  report: Report,
): void {
  if (!Number.isInteger(value)) return report(field, 'must be a whole number');
  const ageMs = nowMs - (value as number) * unitMs;
  if (ageMs > windowMs || ageMs < -aheadMs) report(field, 'is out of range');
}
