import { Buffer } from 'node:buffer';

import fc from '../../kit/property.js';
import { describe, expect, it, test } from 'vitest';

import { MAX_LINE_BYTES } from '../../../src/events/line-splitter.js';
import { RecordSplitter } from '../../../src/events/record-splitter.js';

function split(...chunks: (string | Buffer)[]) {
  const splitter = new RecordSplitter();
  // The reader reuses its buffer: so does the test.
  const lines = chunks.flatMap((chunk) => {
    const bytes = Buffer.from(chunk);
    const cut = splitter.push(bytes);
    bytes.fill(0);
    return cut;
  });
  return [...lines, ...splitter.end()];
}

const texts = (...chunks: (string | Buffer)[]): string[] =>
  split(...chunks).map(({ text }) => text);

describe('what an input holds is told by its beginning', () => {
  test.each<[what: string, input: string, records: string[]]>([
    ['JSON Lines', '{"a":1}\n{"a":[2]}\n', ['{"a":1}', '{"a":[2]}']],
    ['a line that is no JSON', '{"a":\n{"a":2}\n', ['{"a":', '{"a":2}']],
    ['a line that is another value', '7\n{"a":2}\n', ['7', '{"a":2}']],
    ['one line without its end', '{"a":1}', ['{"a":1}']],
    [
      'one envelope on a line',
      '{"batch":[{"a":1}]}\n{"batch":[]}\n',
      ['{"batch":[{"a":1}]}', '{"batch":[]}'],
    ],
    ['an array', '[{"a":1},{"a":"]"}]', ['{"a":1}', '{"a":"]"}']],
    [
      'an array over lines',
      '\ufeff \n[\n  {"a": 1},\n  {\n "a": 2}\n]\n',
      ['{"a": 1}', '{\n "a": 2}'],
    ],
    [
      'an array of anything',
      '[1, "a,b" ,null,[2,[3]],{}]',
      ['1', '"a,b"', 'null', '[2,[3]]', '{}'],
    ],
    ['an empty array', ' [ ] ', []],
    ['arrays one after another', '[{"a":1}]\n[{"a":2}]\n', ['{"a":1}', '{"a":2}']],
    [
      'objects over lines',
      '{\n "a": {}\n}\n{\n "b": []\n}\n',
      ['{\n "a": {}\n}', '{\n "b": []\n}'],
    ],
    [
      'an envelope over lines',
      '{\n "x": [1], "batch": [\n {"a":1},\n {"a":2}\n ], "y": [3]\n}',
      ['{"a":1}', '{"a":2}'],
    ],
    [
      'a quoted bracket and a backslash',
      '[{"a":"\\\\"},{"b":"\\"}]"}]',
      ['{"a":"\\\\"}', '{"b":"\\"}]"}'],
    ],
  ])('%s', (_, input, records) => {
    expect(texts(input)).toEqual(records);
    expect(texts(...[...Buffer.from(input)].map((byte) => Buffer.from([byte])))).toEqual(records);
  });

  it('streams an envelope on one line that no line may be as long as', () => {
    const element = JSON.stringify({ a: 'x'.repeat(1000) });
    const input = `{"sentAt":"now","batch":[${Array.from({ length: 3000 }, () => element).join(',')}]}\n`;
    const chunks = input.match(/.{1,65536}/gs) as string[];
    expect(split(...chunks).map(({ text, element: at }) => [text === element, at])).toEqual(
      Array.from({ length: 3000 }, (_, index) => [true, index + 1]),
    );
  });
});

describe('the records of an array', () => {
  it('have line, column and number', () => {
    expect(split('[{"a":1}, {"a":2},\n\n   {"a":3}]')).toEqual([
      { number: 1, column: 2, element: 1, text: '{"a":1}' },
      { number: 1, column: 11, element: 2, text: '{"a":2}' },
      { number: 3, column: 4, element: 3, text: '{"a":3}' },
    ]);
  });

  test.each([
    ['a comma too many', '[{"a":1},,{"a":2},]', 2, ['{"a":1}', '{"a":2}']],
    ['a comma too few', '[{"a":1}\n{"a":2}]', 1, ['{"a":1}', '{"a":2}']],
    ['an open end', '[{"a":1},\n{"a":2}', 1, ['{"a":1}', '{"a":2}']],
    ['a bracket too many', '[{"a":1}]]', 1, ['{"a":1}']],
  ])('are taken in spite of %s, which is told', (_, input, faults, records) => {
    const lines = split(input);
    expect(lines.filter(({ invalid }) => invalid?.code === 'not_json')).toHaveLength(faults);
    expect(lines.flatMap(({ text }) => (text === '' ? [] : [text]))).toEqual(records);
  });

  it('do not suffer from a neighbour with an open quote, bad bytes or too many', () => {
    const long = `{"a":"${'x'.repeat(MAX_LINE_BYTES)}"}`;
    const input = Buffer.concat([
      Buffer.from('[{"a":"open},\n{"a":1},\n{"a":"'),
      Buffer.from([0xe9]),
      Buffer.from(`"},\n${long},\n{"a":2}]`),
    ]);
    const chunks = Array.from({ length: Math.ceil(input.length / 50_000) }, (_, index) =>
      input.subarray(index * 50_000, (index + 1) * 50_000),
    );
    const lines = split(...chunks);
    const found = lines.map(({ text, invalid }) => invalid?.code ?? text);
    expect(found).toEqual(['{"a":"open},', '{"a":1}', 'not_utf8', 'line_too_long', '{"a":2}']);
  });
});

it('finds the same records however the bytes arrive', () => {
  const records = fc.array(fc.oneof(fc.object(), fc.string(), fc.integer(), fc.constant(null)), {
    minLength: 1,
  });
  fc.assert(
    fc.property(
      records,
      fc.integer({ min: 0, max: 3 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      (list, space, sizes) => {
        const bytes = Buffer.from(JSON.stringify(list, undefined, space));
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length;) {
          const size = sizes.next().value as number;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(texts(...chunks).map((text): unknown => JSON.parse(text))).toEqual(
          JSON.parse(JSON.stringify(list)),
        );
      },
    ),
  );
});

it('never throws, and tells of everything that it does not take', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (chunks) => {
      const bracketed = [Buffer.from('['), ...chunks.map((chunk) => Buffer.from(chunk))];
      for (const line of [...split(...bracketed), ...split(...bracketed.slice(1))]) {
        expect(line.text !== '' || line.invalid !== undefined || line.note !== undefined).toBe(
          true,
        );
      }
    }),
  );
});
