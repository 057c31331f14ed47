import { Buffer } from 'node:buffer';

import fc from '../../kit/property.js';
import { describe, expect, it } from 'vitest';

import { type Line, LineSplitter, MAX_LINE_BYTES } from '../../../src/events/line-splitter.js';

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

  it('drops the byte order mark of every line', () => {
    expect(split('\ufeffa\n\ufeffb\n').map(({ text }) => text)).toEqual(['a', 'b']);
  });

  it('names a line that is not UTF-8 and goes on', () => {
    const lines = split(
      Buffer.concat([Buffer.from('a\n'), Buffer.from([0x22, 0xe9, 0x22, 10]), Buffer.from('b\n')]),
    );
    expect(lines).toMatchObject([
      { text: 'a' },
      { number: 2, invalid: { code: 'not_utf8' } },
      { text: 'b' },
    ]);
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

  it('gives the lines of the whole text cut at once, whatever the bytes and wherever they are cut', () => {
    const long = fc.constantFrom(
      MAX_LINE_BYTES - 1,
      MAX_LINE_BYTES,
      MAX_LINE_BYTES + 1,
      MAX_LINE_BYTES + 2,
    );
    const part = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom(
          '\n',
          '\r\n',
          '\r',
          '\n\n',
          ' ',
          '\t',
          '\ufeff',
          '\u2028',
          '\0',
          '{"a":1}',
        ),
      },
      { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
      { weight: 2, arbitrary: fc.uint8Array({ maxLength: 6 }) },
      { weight: 2, arbitrary: long.map((length) => 'x'.repeat(length)) },
    );
    const bytes = fc
      .tuple(fc.boolean(), fc.array(part, { maxLength: 12 }))
      .map(([hasMark, parts]) =>
        Buffer.concat([hasMark ? '\ufeff' : '', ...parts].map((one) => Buffer.from(one as string))),
      )
      // What begins as JSON does may be handed over: record-splitter.test.ts and framing.test.ts
      // have that.
      .map((whole) => Buffer.from(whole.map((byte) => ([44, 91, 123].includes(byte) ? 40 : byte))));
    // Near the end of some line, or near the beginning of all.
    const nearEnd = fc.tuple(fc.nat(20), fc.integer({ min: -2, max: 2 }));
    const cuts = fc.array(fc.oneof(nearEnd, nearEnd, fc.nat(40)), { maxLength: 10 });
    fc.assert(
      fc.property(bytes, cuts, fc.constantFrom(0, 7), (whole, near, linesBefore) => {
        const splitter = new LineSplitter(linesBefore);
        const lines: Line[] = [];
        const ends = placesOfFeeds(whole);
        const places = near.map((one) =>
          typeof one === 'number' ? one : (ends[one[0] % ends.length] ?? 0) + one[1],
        );
        let at = 0;
        for (const place of [...places.sort((one, other) => one - other), whole.length]) {
          const start = at;
          at = Math.min(whole.length, Math.max(at, place));
          // The reader uses its buffer again: nothing may be kept of it.
          const chunk = Buffer.from(whole.subarray(start, at));
          lines.push(...splitter.push(chunk));
          chunk.fill('!');
          expect(splitter.endedBytes).toBe(whole.subarray(0, at).lastIndexOf(10) + 1);
          expect(splitter.lineNumber).toBe(linesBefore + ends.filter((end) => end < at).length);
        }
        lines.push(...splitter.end());
        expect(splitter.endedBytes).toBe(whole.length);
        expect(lines).toEqual(splitSlowly(whole, linesBefore));
      }),
      { numRuns: 150 },
    );
  });

  it('counts no NULs of the end of a line that is too long', () => {
    const splitter = new LineSplitter();
    const lines = [Buffer.alloc(MAX_LINE_BYTES + 9, 'x'), Buffer.from('\0\n')];
    expect(lines.flatMap((chunk) => splitter.push(chunk))).toMatchObject([
      { number: 1, invalid: { code: 'line_too_long' } },
    ]);
  });
});

function placesOfFeeds(bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) places.push(at);
  return places;
}

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const NUL = String.fromCharCode(0);
const MARK = Buffer.from('\ufeff').toString('latin1');

/**
 * The lines of a whole text, none of which begins as JSON does: cut at each LF, then each looked at
 * by itself.
 */
function splitSlowly(whole: Buffer, linesBefore: number): Line[] {
  const parts = whole.toString('latin1').split('\n');
  return parts.flatMap((part, index): Line[] => {
    const number = linesBefore + index + 1;
    let [rest, nuls, column] = [part, 0, 1];
    for (;;) {
      if (rest.startsWith(MARK)) rest = rest.slice(3);
      else if (rest !== '' && rest.charCodeAt(0) <= 32) {
        if (rest.startsWith(NUL)) nuls++;
        rest = rest.slice(1);
        column++;
      } else break;
    }
    let end = rest.length;
    while (end > 0 && rest.charCodeAt(end - 1) <= 32) end--;
    const isLong = rest.length > MAX_LINE_BYTES + 4 || end > MAX_LINE_BYTES;
    if (!isLong) nuls += rest.slice(end).split(NUL).length - 1;
    const note =
      nuls === 0
        ? []
        : [{ number, text: '', note: expect.objectContaining({ code: 'nul_bytes' }) as never }];
    return [
      ...note,
      ...readSlowly(rest.slice(0, end), isLong, column === 1 ? { number } : { number, column }),
    ];
  });
}

function readSlowly(
  content: string,
  isLong: boolean,
  at: { number: number; column?: number },
): Line[] {
  const bad = (code: string, message: string): Line[] => [
    { number: at.number, text: '', invalid: { code, field: '', message } },
  ];
  if (isLong) return bad('line_too_long', 'is longer than 1048576 bytes');
  try {
    const text = DECODER.decode(Buffer.from(content, 'latin1'));
    return text.trim() === '' ? [] : [{ ...at, text }];
  } catch {
    return bad('not_utf8', 'is not UTF-8 text');
  }
}
