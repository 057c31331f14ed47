import { platform } from 'node:os';
import type { Buffer } from 'node:buffer';

import { quoteWord } from '../shell-word.js';
import { InputError } from '../errors.js';

/**
 * Number of bytes at the beginning that identify a file type. The signature of a tar archive is at
 * byte 257.
 */
export const HEAD_BYTES = 16 * 1024;
/** Lines that are looked at to tell a table from JSON Lines with a bad line among them. */
const SAMPLE_LINES = 10;
/**
 * An enriched event of Snowplow has 131 columns (https://docs.snowplow.io, canonical event model,
 * 2026-11-30).
 */
const SNOWPLOW_TABS = 100;

/** Description of a file type, and how to convert it to JSON. */
interface Foreign {
  code: 'not_utf8' | 'input_is_packed' | 'input_is_table' | 'input_not_json';
  what: string;
  /** `FILE` is replaced with the input's name. */
  hint: string;
}

const PIPE = '| postback send -';
const SHEET: Foreign = {
  code: 'input_is_table',
  what: 'a spreadsheet (XLSX)',
  hint:
    'Save the sheet as CSV, then convert each row to a JSON object: mlr --icsv --ojsonl cat ' +
    'sheet.csv > events.jsonl',
};

/** Formats by their first bytes, as latin1 text. */
const MAGIC: readonly [start: string, foreign: Foreign][] = [
  ['PK\u0003\u0004', packed('a zip archive', 'unzip -p')],
  ['PK\u0005\u0006', packed('an empty zip archive', 'unzip -p')],
  ['\u0028\u00b5\u002f\u00fd', packed('packed with zstd', 'zstd -dc')],
  ['BZh', packed('packed with bzip2', 'bzcat')],
  ['\u00fd7zXZ\u0000', packed('packed with xz', 'xzcat')],
  ['\u0004\u0022\u004d\u0018', packed('packed with lz4', 'lz4 -dc')],
  ['7z\u00bc\u00af\u0027\u001c', packed('a 7z archive', '7z x -so')],
  ['\u001f\u008b', packed('packed with gzip twice', 'zcat FILE | zcat', true)],
  [
    'PAR1',
    other('a Parquet file', `duckdb -c "COPY (FROM 'FILE') TO 'events.jsonl' (FORMAT json)"`),
  ],
  ['Obj\u0001', other('an Avro file', 'avro-tools tojson FILE > events.jsonl')],
  [
    'SQLite format 3\u0000',
    other('an SQLite database', 'sqlite3 -json FILE "SELECT ..." > events.json'),
  ],
  [
    '%PDF-',
    { code: 'input_not_json', what: 'a PDF', hint: 'Export the events as JSON Lines instead.' },
  ],
];

/**
 * Refuses an input that cannot hold JSON records, by its first bytes: once, with what it is and
 * what to do, where every line of it would be invalid.
 * @param head the first bytes, unpacked; {@link HEAD_BYTES} of them are enough
 * @throws InputError
 */
export function refuseForeign(name: string, head: Buffer): void {
  const foreign = findBinary(head) ?? findText(head);
  if (!foreign) return;
  const { code, what, hint } = foreign;
  const file = quoteWord(name);
  const expected = code === 'not_utf8' ? 'UTF-8' : 'JSON, such as JSON Lines';
  throw new InputError(code, `${name} is ${what}; expected ${expected}.`, {
    // Within the quotes of another language a quoted name is something else: it stays a
    // placeholder.
    hint: hint.includes("'FILE'") && file !== name ? hint : hint.replaceAll('FILE', () => file),
  });
}

function findBinary(head: Buffer): Foreign | undefined {
  const wide = findWideText(head);
  if (wide) {
    const hint = `Convert it: ${conversionOf(wide)}`;
    return { code: 'not_utf8', what: `${wide.slice(0, 6)} text`, hint };
  }
  const start = head.toString('latin1', 0, 16);
  const found = MAGIC.find(([magic]) => start.startsWith(magic))?.[1];
  if (found && start.startsWith('PK') && isSheet(head)) return SHEET;
  if (found) return found;
  // Three letters alone could begin a text.
  if (start.startsWith('ORC') && start.charCodeAt(3) < 32) {
    return other('an ORC file', 'orc-contents FILE > events.jsonl');
  }
  if (head.toString('latin1', 257, 262) === 'ustar') return packed('a tar archive', 'tar -xOf');
  return undefined;
}

/**
 * UTF-16 and UTF-32, with a byte order mark or by the NULs that ASCII has in them; `x` is any byte
 * but NUL.
 */
const WIDE: readonly [pattern: string, encoding: string][] = [
  ['fffe0000', 'UTF-32LE'],
  ['0000feff', 'UTF-32BE'],
  ['fffe', 'UTF-16LE'],
  ['feff', 'UTF-16BE'],
  ['xx00xx00', 'UTF-16LE'],
  ['00xx00xx', 'UTF-16BE'],
];

function findWideText(head: Buffer): string | undefined {
  const start = head.toString('hex', 0, 4);
  const matches = (pattern: string): boolean => {
    const shape = start.slice(0, pattern.length);
    if (!pattern.includes('x')) return shape === pattern;
    return shape.replace(/../g, (byte) => (byte === '00' ? byte : 'xx')) === pattern;
  };
  return WIDE.find(([pattern]) => matches(pattern))?.[1];
}

/** A workbook is a zip whose first entries have these names (ECMA-376). */
function isSheet(head: Buffer): boolean {
  return (
    head.includes('[Content_Types].xml') ||
    head.includes('xl/workbook.xml') ||
    head.includes('xl/worksheets/')
  );
}

/** The mark of UTF-8, read as latin1. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

function findText(head: Buffer): Foreign | undefined {
  // The last line may be truncated. If it is the only one, only its tabs count.
  const lines = head
    .toString('latin1', 0, HEAD_BYTES)
    .split(/\r\n|[\r\n]/)
    .filter((line) => line.trim() !== '');
  if (lines.length > SAMPLE_LINES) lines.length = SAMPLE_LINES;
  const [first = ''] = lines;
  if (lines.length === 0 || lines.some(beginsAsJson)) return undefined;
  if (/^[\s\u00ef\u00bb\u00bf]*<(?:[?!]|[a-z])/i.test(first)) {
    return other(/<!doctype html|<html/i.test(first) ? 'an HTML page' : 'XML', '');
  }
  if (countOf('\t', first) >= SNOWPLOW_TABS) {
    return {
      code: 'input_is_table',
      what: 'Snowplow TSV (enriched events)',
      hint:
        'Convert it to JSON with a Snowplow Analytics SDK (docs.snowplow.io, "Analytics SDKs"), ' +
        'then send the result.',
    };
  }
  return findTable(lines);
}

/** Whether a line begins with a bracket, or with one after what may stand before a record. */
function beginsAsJson(line: string): boolean {
  for (const char of line) {
    if (char <= ' ' || char === ',' || BYTE_ORDER_MARK.includes(char)) continue;
    return char === '{' || char === '[';
  }
  return false;
}

/** The name of a column. */
const COLUMN = /^"?[a-z_][\w.-]{0,63}"?$/i;

/**
 * A table: most lines have the same separator, and there are at least two lines; or one of names
 * alone, as an export without rows has it.
 */
function findTable(lines: readonly string[]): Foreign | undefined {
  if (lines.length < 2 && !SEPARATORS.some(([separator]) => isHeader(lines[0], separator)))
    return undefined;
  for (const [separator, what, flags] of SEPARATORS) {
    const counts = lines.map((line) => countOf(separator, line)).filter((count) => count > 0);
    const most = Math.max(
      ...counts.map((count) => counts.filter((other) => other === count).length),
    );
    if (counts.length * 2 <= lines.length || most * 2 < counts.length) continue;
    const template = lines[0]?.includes('Parameters:')
      ? ' Remove the line that begins with "Parameters:" first.'
      : '';
    return {
      code: 'input_is_table',
      what,
      hint:
        `Convert each row to a JSON object: mlr ${flags} --ojsonl cat FILE > ` +
        `events.jsonl.${template} postback help events-guide lists the field names.`,
    };
  }
  return undefined;
}

function isHeader(line = '', separator: string): boolean {
  const names = line.replace(BYTE_ORDER_MARK, '').split(separator);
  return names.length > 1 && names.every((name) => COLUMN.test(name));
}

const SEPARATORS = [
  ['\t', 'TSV (a table with tabs)', '--itsv'],
  [',', 'CSV (a table with commas)', '--icsv'],
  [';', 'CSV (a table with semicolons)', '--icsv --ifs semicolon'],
  ['|', 'CSV (a table with |)', '--icsv --ifs pipe'],
] as const;

/** Counts `char` outside of double quotes. */
function countOf(char: string, line: string): number {
  let count = 0;
  let isQuoted = false;
  for (const one of line) {
    if (one === '"') isQuoted = !isQuoted;
    else if (one === char && !isQuoted) count++;
  }
  return count;
}

function packed(what: string, command: string, isWhole = false): Foreign {
  const unpacking = isWhole ? command : `${command} FILE`;
  return { code: 'input_is_packed', what, hint: `Unpack it in a pipe: ${unpacking} ${PIPE}` };
}

function other(what: string, command: string): Foreign {
  const hint =
    command === '' ? 'Export the events as JSON Lines instead.' : `Convert it to JSON: ${command}`;
  return { code: 'input_not_json', what, hint };
}

/** A command that converts a file to UTF-8. Files in UTF-16 come from PowerShell. */
function conversionOf(encoding: string): string {
  return platform() === 'win32'
    ? 'Get-Content FILE | Set-Content -Encoding utf8 events.jsonl'
    : `iconv -f ${encoding} -t UTF-8 FILE > events.jsonl`;
}
