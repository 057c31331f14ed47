import { stripVTControlCharacters } from 'node:util';

/**
 * What a spreadsheet would run as a formula: a text that begins with one of these signs, in full
 * width too, or with white space before it (OWASP, "CSV Injection").
 */
const FORMULA = /^\s*[=+\-@＝＋－＠|%]|^[\t\r\n]/;

/**
 * Formats a CSV row (RFC 4180) without a line end. Prefixes possible formulas with an apostrophe.
 */
export function formatCsvLine(cells: readonly (string | number | null)[]): string {
  return cells.map(formatCell).join(',');
}

function formatCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = stripVTControlCharacters(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
