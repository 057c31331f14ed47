import { isCompletePhone, normalisePhone } from '../../../identity/phone.js';

/**
 * A phone number as `+` and digits, country code first. A number without `+` or `00` is read as
 * dialled in `country` (alpha-2); where that is not known it is left out: Google's own formatter
 * makes another person's number of it and says nothing (docs/reference/identity.md#phone).
 */
export function toE164(text: string, country?: string): string {
  if (country === undefined && !isCompletePhone(text)) return '';
  const digits = normalisePhone(text, country);
  return digits === '' ? '' : `+${digits}`;
}
