import { Buffer } from 'node:buffer';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LineSplitter, MAX_LINE_BYTES } from '../../../src/events/line-splitter.js';

function split(...chunks: (string | Buffer)[]) {
  const splitter = new LineSplitter();
  const lines = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)));
  return [...lines, ...splitter.end()];
}

describe('LineSplitter', () => {
  it('cuts at LF and CRLF, skips blank lines, counts every line', () => {
    expect(split('a\r\n\n  \nb\nc')).toEqual([
      { number: 1, text: 'a' },
      { number: 4, text: 'b' },
      { number: 5, text: 'c' },
    ]);
  });

  it('drops the byte order mark of the first line only', () => {
    expect(split('\ufeffa\n\ufeffb\n').map(({ text }) => text)).toEqual(['a', '\ufeffb']);
  });

  it('names a line that is not UTF-8 and goes on', () => {
    const lines = split(Buffer.concat([Buffer.from('a\n'), Buffer.from([0x22, 0xe9, 0x22, 10]), Buffer.from('b\n')]));
    expect(lines).toMatchObject([{ text: 'a' }, { number: 2, invalid: { code: 'not_utf8' } }, { text: 'b' }]);
  });

  it('takes a line of the greatest length and refuses a longer one without holding it', () => {
    const longest = 'x'.repeat(MAX_LINE_BYTES);
    expect(split(`${longest}\r\n`)[0]?.text).toBe(longest);
    const lines = split(...Array.from({ length: 80 }, () => 'y'.repeat(65_536)), '\nafter\n');
    expect(lines).toMatchObject([
      { number: 1, invalid: { code: 'line_too_long' } },
      { number: 2, text: 'after' },
    ]);
    expect(split(`${longest}z\n`)).toMatchObject([{ invalid: { code: 'line_too_long' } }]);
  });

  it('gives the same lines however the bytes are cut', () => {
    const text = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }).filter((line) => !/[\r\n]/.test(line)));
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (lines, cuts) => {
        const bytes = Buffer.from(lines.join('\n'));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        expect(split(...chunks, bytes.subarray(at))).toEqual(split(bytes));
      }),
    );
  });
});
