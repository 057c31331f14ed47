import { CLICK_FIELDS, type ClickField } from './conversion-event.js';

/** A longer one is no click id, and would make the line invalid. */
const MAX_LENGTH = 8192;

/**
 * The click ids and UTM fields of an address or of its query alone (`?gclid=…`, `gclid=…`). An address that cannot be
 * read has none: it is not what the line is about.
 */
export function readClickQuery(address: string): [ClickField, string][] {
  const start = address.indexOf('?');
  if (start === -1 && (address.includes('://') || !address.includes('='))) return [];
  const query = new URLSearchParams(address.slice(start + 1).replace(/#.*$/s, ''));
  return CLICK_FIELDS.flatMap((field): [ClickField, string][] => {
    const text = query.get(field)?.trim();
    return text && text.length <= MAX_LENGTH && text.isWellFormed() && !text.includes('\0') ? [[field, text]] : [];
  });
}
