import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import fc from '../../kit/property.js';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { ConversionEvent, InvalidLine } from '../../../src/events/conversion-event.js';
import type { Input } from '../../../src/events/input.js';
import { openParser, readLines, readPart } from '../../../src/events/input.js';
import { WarningTally } from '../../../src/events/warnings.js';
import { makePurchase, makeUuid } from '../../kit/events.js';
import { makeFolder } from '../../kit/log.js';

interface Read {
  events: ConversionEvent[];
  invalid: InvalidLine[];
  warnings: Record<string, number>;
}

async function readAll(input: Input): Promise<Read> {
  const warnings = new WarningTally();
  const parser = openParser(input, { warnings });
  const read: Read = { events: [], invalid: [], warnings: warnings.byCode };
  for await (const lines of readLines(input)) {
    for (const line of lines) {
      for (const parsed of parser.parse(line)) {
        if ('event' in parsed) read.events.push(parsed.event);
        else read.invalid.push(parsed.invalid);
      }
    }
  }
  return read;
}

/** A stream that gives `bytes` in pieces of these sizes, over and over. */
function streamOf(bytes: Buffer, sizes: readonly number[] = [65_536]): Input {
  function* cut(): Generator<Buffer> {
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = sizes[turn % sizes.length] as number;
      yield Buffer.from(bytes.subarray(at, at + size));
      at += size;
    }
  }
  return { name: 'stdin', stream: Readable.from(cut()) };
}

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});
function fileOf(bytes: Buffer | string, name = 'events.jsonl'): Input {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return { name, path };
}

const makeEvents = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    makePurchase(
      { messageId: makeUuid(index + 1), userId: `player ${index}` },
      {
        transaction_id: `T-${index}`,
        item_name: ['é', '}{', '"', '\\', '[', 'x'.repeat(90), '日本'][index % 7],
      },
    ),
  );
type Event = ReturnType<typeof makeEvents>[number];

const line = (event: Event) => JSON.stringify(event);
const pretty = (event: Event) => JSON.stringify(event, undefined, 2);
const lines = (events: readonly Event[]) => events.map((event) => `${line(event)}\n`).join('');
const NULS = '\0'.repeat(1024);

/** The framings of issue and contract: what each makes of a list of events. */
const FRAMINGS: Record<string, (events: readonly Event[]) => string | Buffer> = {
  'JSON Lines': lines,
  'without the last line feed': (events) => lines(events).trimEnd(),
  CRLF: (events) => lines(events).replaceAll('\n', '\r\n'),
  'CR alone': (events) => events.map((event) => `${line(event)}\r`).join(''),
  'blank lines': (events) => `\n\n  \n${lines(events).replaceAll('\n', '\n\n \t\n')}`,
  'indented lines': (events) => events.map((event) => `  ${line(event)} \n`).join(''),
  'an array': (events) => JSON.stringify(events),
  'a pretty array': (events) => JSON.stringify(events, undefined, 2),
  'an array, an element a line': (events) => `[\n${events.map(line).join(',\n')}\n]\n`,
  'an array, comma first': (events) => `[${events.map(line).join('\n,')}\n]`,
  'arrays one after another': (events) => events.map((event) => `[${line(event)}]\n`).join(''),
  'JSON Lines, then an array': (events) =>
    `${lines(events.slice(0, 5))}${JSON.stringify(events.slice(5))}\n`,
  'an array, then JSON Lines': (events) =>
    `${JSON.stringify(events.slice(0, 5))}\n${lines(events.slice(5))}`,
  'an envelope': (events) => JSON.stringify({ messages: events }),
  'a pretty envelope': (events) =>
    JSON.stringify({ sentAt: 'now', messages: events, more: [1] }, undefined, 2),
  'an envelope a line': (events) =>
    events.map((event) => `${JSON.stringify({ messages: [event] })}\n`).join(''),
  'the field "events"': (events) => JSON.stringify({ events }),
  'envelopes one after another': (events) =>
    events.map((event) => JSON.stringify({ messages: [event] })).join(''),
  'F01: one after another': (events) => events.map(line).join(''),
  'one after another, blanks between': (events) => events.map(line).join(' \t '),
  'one after another, commas between': (events) => events.map(line).join(','),
  'one after another, NULs between': (events) => events.map(line).join('\0'),
  'one after another, marks between': (events) => events.map(line).join('\ufeff'),
  'several a line': (events) =>
    events.map((event, index) => line(event) + (index % 3 === 2 ? '\n' : '')).join(''),
  'pretty objects': (events) => events.map((event) => `${pretty(event)}\n`).join(''),
  'pretty objects one after another': (events) => events.map(pretty).join(''),
  'some pretty, some not': (events) =>
    events
      .map(
        (event, index) =>
          (index % 4 === 1 ? pretty(event) : line(event)) + (index % 3 === 0 ? '\n' : ''),
      )
      .join(''),
  'pretty without indentation': (events) =>
    events.map((event) => `${pretty(event).replaceAll(/^ +/gm, '')}\n`).join(''),
  'JSON text sequences': (events) => events.map((event) => `\u001e${line(event)}\n`).join(''),
  'F06: a byte order mark at each line': (events) =>
    events.map((event) => `\ufeff${line(event)}\n`).join(''),
  'F08: a comma after each object': (events) => events.map((event) => `${line(event)},\n`).join(''),
  'a semicolon after each object': (events) => events.map((event) => `${line(event)};\n`).join(''),
  'a comma before each object': (events) =>
    events
      .map((event) => `,${line(event)}\n`)
      .join('')
      .slice(1),
  'C3: NULs before each line': (events) =>
    events.map((event) => `${NULS}${line(event)}\n`).join(''),
  'C3: NULs after each line': (events) => events.map((event) => `${line(event)}${NULS}\n`).join(''),
  'C3: lines of NULs': (events) => events.map((event) => `${line(event)}\n${NULS}\n`).join(''),
  'F03: gzip': (events) => gzipSync(lines(events)),
  'gzip of several members': (events) =>
    Buffer.concat([gzipSync(lines(events.slice(0, 7))), gzipSync(lines(events.slice(7)))]),
  'gzip of a pretty array': (events) => gzipSync(JSON.stringify(events, undefined, 2)),
};

const TOLERATED: Record<string, string> = {
  'one after another, commas between': 'trailing_comma',
  'F08: a comma after each object': 'trailing_comma',
  'a semicolon after each object': 'trailing_comma',
  'a comma before each object': 'trailing_comma',
  'one after another, NULs between': 'nul_bytes',
  'C3: NULs before each line': 'nul_bytes',
  'C3: NULs after each line': 'nul_bytes',
  'C3: lines of NULs': 'nul_bytes',
};

describe('K30 K31 K32: the same thousand events in every framing', () => {
  const events = makeEvents(1000);
  const few = events.slice(0, 100);
  let expected: string[];

  beforeAll(async () => {
    const read = await readAll(streamOf(Buffer.from(lines(events))));
    expect(read).toMatchObject({ invalid: [], warnings: {} });
    expect(read.events).toHaveLength(1000);
    expected = read.events.map((event) => JSON.stringify(event));
  });

  test.each(Object.entries(FRAMINGS))('%s', async (name, frame) => {
    const bytes = Buffer.from(frame(events) as string);
    for (const [input, count] of [
      [fileOf(bytes, 'framed'), 1000],
      [streamOf(bytes), 1000],
      // Small pieces make the same cuts in fewer events.
      [streamOf(Buffer.from(frame(few) as string), [1000, 7, 64]), 100],
    ] as const) {
      const read = await readAll(input);
      expect(read.invalid).toEqual([]);
      expect(read.events.map((event) => JSON.stringify(event))).toEqual(expected.slice(0, count));
      expect(Object.keys(read.warnings)).toEqual(name in TOLERATED ? [TOLERATED[name]] : []);
    }
  });

  test('gives the same however it is cut', async () => {
    const few = makeEvents(12);
    const expected = await readAll(fileOf(lines(few)));
    const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(FRAMINGS)), sizes, async (name, pieces) => {
        const bytes = Buffer.from((FRAMINGS[name] as (typeof FRAMINGS)[string])(few) as string);
        const read = await readAll(streamOf(bytes, pieces));
        expect(read.events).toEqual(expected.events);
        expect(read.invalid).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('framings put together with cat give all events of all of them', async () => {
    const few = makeEvents(7);
    const expected = await readAll(fileOf(lines(few)));
    const unpacked = Object.keys(FRAMINGS).filter((name) => !name.includes('gzip'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...unpacked), { minLength: 2, maxLength: 6 }),
        async (names) => {
          const parts = names.map((name) =>
            Buffer.from((FRAMINGS[name] as (typeof FRAMINGS)[string])(few) as string),
          );
          const bytes = Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]));
          const read = await readAll(fileOf(bytes, 'put-together'));
          expect(read.invalid).toEqual([]);
          expect(read.events).toEqual(names.flatMap(() => expected.events));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('reading after a position gives what follows it, in every framing', async () => {
    const many = makeEvents(400);
    for (const [name, frame] of Object.entries(FRAMINGS)) {
      const input = fileOf(Buffer.from(frame(many) as string), 'places');
      const whole = await readAll(input);
      for await (const { position } of readPart(input, {})) {
        if (!position) continue;
        const parser = openParser(input);
        let count = 0;
        for await (const { lines: after } of readPart(input, { from: position })) {
          for (const one of after) count += parser.parse(one).length;
        }
        for await (const { lines: before } of readPart(input, { to: position })) {
          for (const one of before) count += parser.parse(one).length;
        }
        expect([name, count]).toEqual([name, whole.events.length]);
      }
    }
  });
});

describe('one bad record costs itself', () => {
  const [one, two, three] = makeEvents(3).map(line) as [string, string, string];
  test.each<[what: string, text: string, valid: number, invalid: number]>([
    ['a line cut within a string', `${one}\n${two.slice(0, 100)}\n${three}\n`, 2, 1],
    ['a line cut after a comma', `${one}\n{"a":1,\n${three}\n`, 2, 1],
    ['a line cut after a colon', `${one}\n{"a":\n${three}\n`, 2, 1],
    ['a line cut within a list', `${one}\n{"a":[1,\n${two}\n${three}\n`, 3, 1],
    ['a line cut within a list, the last', `{"a":[1,\n${two}\n`, 1, 1],
    ['a line that lacks its last bracket', `${one}\n{"a":{"b":1}\n${three}\n`, 2, 1],
    ['the last of several in a line, cut', `${one}${two.slice(0, -20)}\n${three}\n`, 2, 1],
    ['many brackets too many', `${one}${'}'.repeat(1000)}\n${three}\n`, 2, 1],
    ['many commas', `${one}${','.repeat(1000)}\n${three}\n`, 2, 0],
    ['text after an object', `${one} and more\n${three}\n`, 2, 1],
    ['text between objects', `${one}abc${two}\n`, 2, 1],
    ['a bracket too many', `${one}}\n${three}\n`, 2, 1],
    ['an empty array on a line', `${one}\n[]\n${three}\n`, 2, 1],
    ['a log line in brackets', `${one}\n[2026-11-30 10:00] started\n[ERROR] {no}\n${two}\n`, 2, 2],
    ['a pretty object cut, then a line', `{\n  "a": 1,\n  "b": {\n${one}\n${two}\n`, 2, 1],
    ['an envelope cut, then lines', `{"sentAt":1,"messages":[${one},\n${two}\n${three}\n`, 3, 1],
    ['an envelope cut after its list', `{"messages":[${one}],\n${two}\n${three}\n`, 3, 0],
  ])('%s', async (_what, text, valid, invalid) => {
    for (const input of [
      fileOf(text),
      streamOf(Buffer.from(text), [3]),
      streamOf(Buffer.from(text), [1, 50]),
    ]) {
      const read = await readAll(input);
      expect([read.events.length, read.invalid.length], JSON.stringify(read.invalid)).toEqual([
        valid,
        invalid,
      ]);
    }
  });
});

describe('one truncated record among several in a line costs itself', () => {
  const [one, two, three] = makeEvents(3).map(line) as [string, string, string];

  test('wherever it is cut', async () => {
    // After a colon the next object is the value of the field: JSON does not say otherwise.
    const isValue = (cut: number): boolean => /"\w+":$/.test(two.slice(0, cut));
    for (const separator of ['', ' ', ',']) {
      for (let cut = 1; cut < two.length; cut++) {
        if (separator !== ',' && isValue(cut)) continue;
        const text = one + separator + two.slice(0, cut) + separator + three;
        const read = await readAll(streamOf(Buffer.from(`${text}\n`)));
        expect([read.events.length, read.invalid.length], text).toEqual([2, 1]);
      }
    }
  });

  test('does not take an object out of a broken record', async () => {
    for (const text of [
      `{"message":"${one}"}\n`,
      `{"messageId":"a" ${one}}\n`,
      `{"messageId":"a",${one}}\n`,
      `{"messageId":"{"${one}"}\n`,
    ]) {
      const read = await readAll(fileOf(text));
      expect([read.events.length, read.invalid.length], text).toEqual([0, 1]);
    }
  });

  test('takes linear time over many of them', async () => {
    const truncated = '{"a":"'.repeat(20_000);
    const read = await readAll(fileOf(`${truncated}${one}\n${'{"a{"a":1}'.repeat(10_000)}\n`));
    expect(read.events).toHaveLength(1);
  });
});
