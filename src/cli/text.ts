import { stripVTControlCharacters } from 'node:util';

/** C0 and C1 controls except tab and line feed, and the marks that reorder text on a screen. */
const UNSAFE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The same, without the escapes that set colours. */
const UNSAFE_BUT_COLOUR =
  // eslint-disable-next-line no-control-regex
  /\u001b(?!\[[0-9;]*m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * `text` without terminal escapes and control characters: what networks and event files say is not
 * ours.
 */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text).replace(UNSAFE, '');
}

/**
 * Like {@link cleanText}, but keeps our own color codes. The last step before text reaches a
 * terminal.
 */
export function cleanPainted(text: string): string {
  return text.replace(UNSAFE_BUT_COLOUR, '');
}

/** `text` as one line: {@link cleanText}, with tabs and line ends written as `\t` and `\n`. */
export function cleanCell(text: string): string {
  return cleanText(text).replaceAll('\t', '\\t').replaceAll('\n', '\\n');
}

/** `count` and its noun: `1 goal`, `2 goals`. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${String(count)} ${count === 1 ? singular : plural}`;
}
