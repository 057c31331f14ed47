import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isAllAccepted } from '../../../../src/networks/amazon/accepted-answer.js';
import { classifyAnswer, classifyByReading } from '../../../../src/networks/amazon/classify.js';
import { makeAnswer } from '../../../kit/amazon.js';

const isAccepted = (body: string, count: number, base: 0 | 1 = 1, hasRequestId = false): boolean =>
  isAllAccepted(Buffer.from(body), count, base, hasRequestId);

describe('an answer that accepts all', () => {
  test.each<[string, string, number, 0 | 1]>([
    ['of CAPI v1', '{"success":[{"index":1,"message":"Event received"},{"index":2}]}', 2, 1],
    ['with an empty list of errors', '{"success":[{"index":1}],"error":[]}', 1, 1],
    [
      'of the Events API, which repeats events',
      '{"success":[{"index":0,"event":{"a":[1,{"b":null}]}}],"error":[]}',
      1,
      0,
    ],
    ['errors first, spaces between', ' {\n"error" : [ ] ,\t"success":[ { "event":{} , "index" : 1 } ] }\r\n', 1, 1],
    ['in another order, one named twice', '{"success":[{"index":2},{"index":1},{"index":2}]}', 2, 1],
    ['more than is asked for', '{"success":[{"index":1}],"took":1.5e-3,"from":{"index":7,"error":[1]}}', 1, 1],
  ])('%s is seen at once', (_name, body, count, base) => {
    expect(isAccepted(body, count, base)).toBe(true);
  });

  it('is read where its body alone names the request', () => {
    const body = '{"success":[{"index":1}],"requestId":"r-1"}';
    expect([isAccepted(body, 1), isAccepted(body, 1, 1, true)]).toEqual([false, true]);
    expect(classifyAnswer(1, makeAnswer(207, body), 1).requestId).toBe('r-1');
  });

  // An event's own text, repeated in the answer, may be anything, even the end of an answer that accepts all.
  const IMITATION = '"},{"index":2},{"index":3}],"error":[]}';
  test.each<[string, object, number, boolean]>([
    ['in an event that is accepted', { success: [{ index: 1, event: { name: IMITATION } }], error: [] }, 1, true],
    ['where others are missing', { success: [{ index: 1, event: { name: IMITATION } }], error: [] }, 3, false],
    ['in the error of another', { success: [{ index: 1 }], error: [{ index: 2, message: IMITATION }] }, 3, false],
    ['as a name', { success: [{ index: 1, [IMITATION]: 1 }], error: [] }, 3, false],
    ['before the errors', { success: [{ index: 1, text: '],"error":[]}' }], error: [{ index: 2 }] }, 2, false],
  ])('is not taken for one whose event text imitates its end: %s', (_name, body, count, expected) => {
    expect(isAccepted(JSON.stringify(body), count)).toBe(expected);
    const answer = makeAnswer(207, { ...body, more: 'x'.repeat(20_000) });
    expect(classifyAnswer(count, answer, 1)).toEqual(classifyByReading(count, answer, 1));
  });
});

test.each<[string, string]>([
  ['an error', '{"success":[{"index":1}],"error":[{"index":1}]}'],
  ['a list of errors that is none', '{"success":[{"index":1}],"error":{}}'],
  ['an event missing', '{"success":[]}'],
  ['an index past the end', '{"success":[{"index":1},{"index":2}]}'],
  ['an index before the start', '{"success":[{"index":0}]}'],
  ['an index in quotes', '{"success":[{"index":"1"}]}'],
  ['an index with a fraction', '{"success":[{"index":1.0}]}'],
  ['an index with an exponent', '{"success":[{"index":1e0}]}'],
  ['an index with a zero before it', '{"success":[{"index":01}]}'],
  ['an index that is too long', '{"success":[{"index":10000000001}]}'],
  ['two lists', '{"success":[],"success":[{"index":1}]}'],
  ['a name that an escape hides', '{"success":[{"index":1}],"\\u0065rror":[{"index":1}]}'],
  ['something behind it', '{"success":[{"index":1}]}{}'],
  ['no end', '{"success":[{"index":1}]'],
  ['a byte order mark', '\ufeff{"success":[{"index":1}]}'],
  ['a comma too many', '{"success":[{"index":1},]}'],
  ['a line feed in a text', '{"success":[{"index":1,"a":"\n"}]}'],
  ['an unknown escape', '{"success":[{"index":1,"a":"\\x41"}]}'],
  ['half an escape', '{"success":[{"index":1,"a":"\\u00g1"}]}'],
  ['a word that is none', '{"success":[{"index":1,"a":nul}]}'],
  ['a number that is none', '{"success":[{"index":1,"a":-}]}'],
  ['a fraction without digits', '{"success":[{"index":1,"a":1.}]}'],
  ['an item that is none', '{"success":[1]}'],
  ['a list', '[{"index":1}]'],
  ['nothing', ''],
  ['more brackets than are followed', `{"a":${'['.repeat(70)}${']'.repeat(70)},"success":[{"index":1}]}`],
])('with %s it is read', (_name, body) => {
  expect(isAccepted(body, 1)).toBe(false);
});

describe('the quick way and the obvious way agree', () => {
  const imitations = [
    '"}],"error":[]}',
    '],"error":[]}',
    '{"index":1}',
    '\\"}],\\"error\\":[]}',
    '\\',
    '"',
    '\\u0022}]}',
    '😀"}]}',
  ];
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...imitations));
  const value = fc.jsonValue().map((json) => JSON.parse(JSON.stringify(json)) as unknown);
  const event = fc.oneof(fc.dictionary(text, fc.oneof(text, value)), value);
  const item = fc.record(
    { index: fc.integer({ min: -1, max: 5 }), message: text, event, code: text },
    { requiredKeys: ['index'] },
  );
  const whole = (count: number, base: number): unknown[] =>
    Array.from({ length: count }, (_, position) => ({ index: position + base }));
  const answer = fc
    .record({ count: fc.integer({ min: 1, max: 4 }), base: fc.constantFrom<0 | 1>(0, 1), head: fc.boolean() })
    .chain(({ count, base, head }) =>
      fc.record({
        count: fc.constant(count),
        base: fc.constant(base),
        head: fc.constant(head),
        body: fc.record(
          {
            // Mostly every event is accepted and told with something of its own.
            success: fc.oneof(
              fc
                .array(event, { minLength: count, maxLength: count })
                .map((events) => events.map((echo, position) => ({ event: echo, index: position + base }))),
              fc.constant(whole(count, base)),
              fc.array(item),
            ),
            error: fc.oneof({ weight: 8, arbitrary: fc.constant([]) }, fc.array(item), value),
            '],error:[]}': value,
            requestId: text,
          },
          { requiredKeys: ['success', 'error'] },
        ),
      }),
    );

  // Only a large answer is scanned: spaces before it make it one.
  const compare = (text: Buffer, count: number, base: 0 | 1, head: boolean): boolean => {
    const body = Buffer.concat([Buffer.alloc(20_000, ' '), text]);
    const given = { ...makeAnswer(207, '', head ? { 'x-amzn-requestid': 'R1' } : {}), body };
    const obvious = classifyByReading(count, given, base);
    expect(classifyAnswer(count, given, base)).toEqual(obvious);
    const quick = isAllAccepted(body, count, base, head);
    // What the quick way calls accepted is accepted, each event of it.
    if (quick) expect(obvious.outcomes.map(({ kind }) => kind)).toEqual(Array(count).fill('delivered'));
    return quick;
  };

  it('on any answer', () => {
    let quick = 0;
    fc.assert(
      fc.property(answer, fc.constantFrom(undefined, 1), ({ body, count, base, head }, indent) => {
        if (compare(Buffer.from(JSON.stringify(body, undefined, indent)), count, base, head)) quick++;
      }),
      { numRuns: 2000 },
    );
    // The property would hold of a quick way that never says yes.
    expect(quick).toBeGreaterThan(300);
  });

  it('on any answer in which bytes were changed, lost or put in', () => {
    const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('"\\{}[],:01eE.- \nu')));
    fc.assert(
      fc.property(answer, fc.double({ min: 0, max: 1, noNaN: true }), byte, fc.nat(2), (made, place, put, kind) => {
        const bytes = Buffer.from(JSON.stringify(made.body));
        const at = Math.floor(place * (bytes.length - 1));
        const middle = kind === 1 ? Buffer.alloc(0) : Buffer.of(put);
        const broken = Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(kind === 2 ? at : at + 1)]);
        compare(broken, made.count, made.base, made.head);
      }),
      { numRuns: 3000 },
    );
  });
});
