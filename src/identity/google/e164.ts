import { normalisePhone } from '../phone.js';

/** Says its country code itself. */
const COMPLETE = /^\s*(?:tel:)?\s*(?:\+|00)/i;

/**
 * A phone number as `+` and digits, country code first. A number without `+` or `00` is read as dialled in `country`
 * (alpha-2); where that is not known it is left out: Google's own formatter makes another person's number of it and says
 * nothing (networks.md section 8).
 */
export function toE164(text: string, country?: string): string {
  if (country === undefined && !COMPLETE.test(text)) return '';
  const digits = normalisePhone(text, country);
  return digits === '' ? '' : `+${digits}`;
}
