/**
 * Printable ASCII without a space or a quotation mark at its ends: nearly every value, and nothing
 * to clean.
 */
const CLEAN = /^[!#-&(-<>-~](?:[ -~]*[!#-&(-~])?$/;
/**
 * Characters that nobody sees: zero-width and bidirectional marks, the soft hyphen, the BOM,
 * variation selectors.
 */
const INVISIBLE = /[\p{Cf}\p{DI}]+/gu;
/** Spaces of other widths and line breaks; U+2800 is a Braille pattern that looks like one. */
const ODD_SPACE = /[^\S ]|\u2800/g;
const CONTROLS = /\p{Cc}+/gu;
/** A text in quotation marks, as spreadsheets export one: `"x"`, `'x'`, `="x"`. */
const QUOTED = /^=?(?:"([^"]*)"|'([^']*)')$/;
const NOT_ASCII_DIGIT = /(?![0-9])\p{Nd}/gu;
const DIGIT = /\p{Nd}/u;
const NOT_ASCII = /[\u0080-\u{10FFFF}]/u;

/**
 * Returns an identifier without what a person neither typed nor sees: invisible characters go,
 * every odd space is a plain one, spaces and a pair of quotation marks around the text go. Letters
 * and their case stay.
 */
export function cleanText(text: string): string {
  if (CLEAN.test(text)) return text;
  const visible = text.replace(INVISIBLE, '').replace(ODD_SPACE, ' ').replace(CONTROLS, '').trim();
  const quoted = QUOTED.exec(visible);
  return quoted === null ? visible : (quoted[1] ?? quoted[2] ?? '').trim();
}

/** Returns `text` with the decimal digits of every script as ASCII digits: `٠١٢` is `012`. */
export function toAsciiDigits(text: string): string {
  return NOT_ASCII.test(text) ? text.replace(NOT_ASCII_DIGIT, readDigit) : text;
}

/**
 * Digits of a script are ten consecutive code points from zero on (The Unicode Standard, section
 * 4.6).
 */
function readDigit(digit: string): string {
  const code = digit.codePointAt(0) as number;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}
