import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import type { InputError } from '../../../src/errors.js';
import { refuseForeign } from '../../../src/events/foreign.js';
import { gzipSync } from 'node:zlib';

function refuse(content: string | Uint8Array): InputError | undefined {
  try {
    refuseForeign('events', Buffer.from(content as string));
    return undefined;
  } catch (error) {
    return error as InputError;
  }
}

const sample = (name: string) =>
  readFileSync(new URL(`../../cases/input/${name}`, import.meta.url));
const table = (separator: string) =>
  ['id,time,name', '1,2026-11-30,"a, b"', '2,2026-11-30,c'].join('\n').replaceAll(',', separator);

describe('K34: what cannot hold JSON is named once, with what to do', () => {
  test.each<
    [what: string, content: string | Uint8Array, code: string, message: RegExp, hint: RegExp]
  >([
    ['F13: Snowplow TSV', sample('F13.jsonl'), 'input_is_table', /Snowplow TSV/, /Analytics SDK/],
    ['F14: CSV', sample('F14.csv'), 'input_is_table', /CSV/, /mlr --icsv.*Parameters:/],
    ['CSV with a byte order mark', `\ufeff${table(',')}`, 'input_is_table', /CSV/, /mlr --icsv/],
    ['CSV with CR alone', table(',').replaceAll('\n', '\r'), 'input_is_table', /CSV/, /mlr/],
    ['CSV with semicolons', table(';'), 'input_is_table', /semicolons/, /--ifs semicolon/],
    ['TSV', table('\t'), 'input_is_table', /TSV/, /--itsv/],
    [
      'zip',
      'PK\u0003\u0004\u0014\u0000',
      'input_is_packed',
      /zip/,
      /unzip -p events \| postback send -/,
    ],
    [
      'XLSX',
      `PK\u0003\u0004${' '.repeat(30)}[Content_Types].xml`,
      'input_is_table',
      /XLSX/,
      /as CSV/,
    ],
    ['zstd', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0), 'input_is_packed', /zstd/, /zstd -dc/],
    ['bzip2', 'BZh91AY', 'input_is_packed', /bzip2/, /bzcat/],
    ['xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), 'input_is_packed', /xz/, /xzcat/],
    ['lz4', Uint8Array.of(4, 0x22, 0x4d, 0x18), 'input_is_packed', /lz4/, /lz4 -dc/],
    ['gzip in gzip', gzipSync('{}'), 'input_is_packed', /twice/, /zcat/],
    [
      'tar',
      Buffer.concat([Buffer.from('events.jsonl'.padEnd(257)), Buffer.from('ustar')]),
      'input_is_packed',
      /tar/,
      /tar -xOf/,
    ],
    ['Parquet', 'PAR1\u0015\u0004', 'input_not_json', /Parquet/, /duckdb/],
    ['Avro', 'Obj\u0001\u0004', 'input_not_json', /Avro/, /avro-tools/],
    ['ORC', 'ORC\u0000\u0001', 'input_not_json', /ORC/, /orc-contents/],
    ['SQLite', 'SQLite format 3\u0000', 'input_not_json', /SQLite/, /sqlite3 -json/],
    ['CSV without rows', 'event,time,value\n', 'input_is_table', /commas/, /--icsv/],
    ['CSV of semicolons without rows', '"event";"time"', 'input_is_table', /semicolons/, /mlr/],
    ['XML', '<?xml version="1.0"?>\n<events/>', 'input_not_json', /XML/, /JSON Lines/],
    ['HTML', '<!doctype html>\n<html>', 'input_not_json', /HTML/, /JSON Lines/],
    [
      'UTF-16 with a mark',
      Buffer.from('\ufeff{"a":1}', 'utf16le'),
      'not_utf8',
      /UTF-16 text; expected UTF-8/,
      /iconv -f UTF-16LE/,
    ],
    [
      'UTF-16 without',
      Buffer.from('{"a":1}', 'utf16le'),
      'not_utf8',
      /UTF-16 text; expected UTF-8/,
      /iconv/,
    ],
    [
      'UTF-16, big end first',
      Buffer.from('{"a":1}', 'utf16le').swap16(),
      'not_utf8',
      /UTF-16 text/,
      /iconv -f UTF-16BE/,
    ],
    [
      'UTF-32',
      Uint8Array.of(0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0),
      'not_utf8',
      /UTF-32/,
      /iconv -f UTF-32LE/,
    ],
  ])('K34: %s', (_what, content, code, message, hint) => {
    const error = refuse(content);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(error?.hint).toMatch(hint);
  });

  test.each<[what: string, content: string | Uint8Array]>([
    ['JSON Lines', '{"a":1}\n{"b":2}\n'],
    ['a bad line before good ones', 'time,name\n{"a":1}\n'],
    ['an array', '[\n{"a":1}\n]'],
    ['a byte order mark', '\ufeff{"a":1}'],
    ['a JSON text sequence', '\u001e{"a":1}\n'],
    ['NULs before a line', '\0\0\0\0{"a":1}\n'],
    ['one line of text', 'hello, big, world\n'],
    ['values', '7\n8\n'],
    ['nothing', ''],
    ['blank lines', '\n\n  \n'],
    ['one byte', '{'],
  ])('%s is not', (_what, content) => {
    expect(refuse(content)).toBeUndefined();
  });

  test('a name with a space or a quote is quoted in the hint', () => {
    expect(() => refuseForeign("my file's.zip", Buffer.from('PK\u0003\u0004'))).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining(`unzip -p 'my file'\\''s.zip' |`) as string,
      }),
    );
  });
});
