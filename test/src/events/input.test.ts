import { Buffer } from 'node:buffer';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import fc from '../../kit/property.js';
import { beforeEach, describe, expect, it } from 'vitest';

import { InputError } from '../../../src/errors.js';
import type { Input } from '../../../src/events/input.js';
import type { Part, ReadLines } from '../../../src/events/input.js';
import { hashBlock, readLines, readPart } from '../../../src/events/input.js';
import { openInputs } from '../../../src/events/open-inputs.js';
import { makeFolder } from '../../kit/log.js';

let folder: string;
beforeEach(() => {
  folder = makeFolder();
});

function makeFile(name: string, content: string | Uint8Array): Input {
  const path = join(folder, name);
  writeFileSync(path, content);
  return { name, path };
}

async function readAll(input: Input, signal?: AbortSignal): Promise<string[]> {
  const texts: string[] = [];
  for await (const lines of readLines(input, signal)) texts.push(...lines.map(({ text }) => text));
  return texts;
}

function codeOf(error: unknown): string {
  return error instanceof InputError ? error.code : String(error);
}

describe('readLines', () => {
  it('reads a file, a packed file and a stream alike', async () => {
    const text = '{"a":1}\r\n\n{"b":2}';
    const expected = ['{"a":1}', '{"b":2}'];
    expect(await readAll(makeFile('a.jsonl', text))).toEqual(expected);
    expect(await readAll(makeFile('a.jsonl.gz', gzipSync(text)))).toEqual(expected);
    expect(await readAll({ name: 'stdin', stream: Readable.from([Buffer.from(text)]) })).toEqual(
      expected,
    );
  });

  it('reads what several packed files put together hold', async () => {
    const whole = Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('{"b":2}\n')]);
    expect(await readAll(makeFile('a.jsonl.gz', whole))).toEqual(['{"a":1}', '{"b":2}']);
  });

  it.each<[what: string, code: string, make: () => Input]>([
    [
      'a file that is not there',
      'input_not_found',
      () => ({ name: 'none', path: join(folder, 'none') }),
    ],
    [
      'half a gzip',
      'input_broken_gzip',
      () => makeFile('a.gz', gzipSync('{"a":1}\n'.repeat(500)).subarray(0, 30)),
    ],
    ['UTF-16', 'not_utf8', () => makeFile('a.jsonl', Buffer.from('\uFEFF{"a":1}\n', 'utf16le'))],
  ])('refuses %s as %s', async (_what, code, make) => {
    expect(await readAll(make()).catch(codeOf)).toBe(code);
  });

  it('stops at the signal, though the pipe stays open', async () => {
    const stop = new AbortController();
    const stream = new PassThrough();
    stream.write('{"a":1}\n');
    const texts: string[] = [];
    for await (const lines of readLines({ name: 'stdin', stream }, stop.signal)) {
      texts.push(...lines.map(({ text }) => text));
      setImmediate(() => stop.abort());
    }
    expect(texts).toEqual(['{"a":1}']);
    expect(stream.destroyed).toBe(true);
  });
});

describe('openInputs', () => {
  it('finds the third name wrong before the first is read', async () => {
    const inputs = [
      makeFile('a', ''),
      makeFile('b', ''),
      { name: 'none', path: join(folder, 'none') },
    ];
    expect(await openInputs(inputs).catch(codeOf)).toBe('input_not_found');
    await expect(openInputs(inputs.slice(0, 2))).resolves.toEqual(inputs.slice(0, 2));
  });

  it('says of a folder what to name instead', async () => {
    mkdirSync(join(folder, 'logs'));
    const error = await openInputs([{ name: 'logs/', path: join(folder, 'logs') }]).catch(
      (fault: unknown) => fault,
    );
    expect(error).toMatchObject({
      code: 'input_is_directory',
      hint: expect.stringContaining('logs/*.jsonl'),
    });
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    const input = makeFile('a', '');
    chmodSync(input.path as string, 0);
    expect(await readAll(input).catch(codeOf)).toBe('input_unreadable');
  });
});

async function readParts(input: Input, part: Part = {}): Promise<ReadLines[]> {
  const read: ReadLines[] = [];
  for await (const lines of readPart(input, part)) read.push(lines);
  return read;
}

const linesOf = (read: ReadLines[]) => read.flatMap(({ lines }) => lines);

/** Lines long and short, good and bad; so long that files of them are read in several chunks. */
const wildLine = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '{"a":1}',
      '',
      ' ',
      '7',
      '[',
      ']',
      '{',
      '\ufeff{"a":2}',
      'é',
      '\r',
      '{"batch":[',
    ),
  },
  { weight: 2, arbitrary: fc.nat(200).map((size) => `{"a":"${'x'.repeat(size * 1000)}"}`) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.nat(3).map((extra) => 'y'.repeat(1024 * 1024 - 1 + extra)) },
);
const wildFile = fc
  .array(fc.tuple(wildLine, fc.constantFrom('\n', '\r\n', '\n\n', '\r')), {
    minLength: 1,
    maxLength: 30,
  })
  .chain((lines) => fc.tuple(fc.constant(lines), fc.constantFrom('', '\ufeff'), fc.boolean()))
  .map(([lines, start, isEnded]) => {
    const parts = lines.flatMap(([line, end], index) => [
      line,
      isEnded || index < lines.length - 1 ? end : '',
    ]);
    return Buffer.concat([start, ...parts].map((part) => Buffer.from(part)));
  });

describe('readPart', () => {
  it('reads before and after a position what it reads of the whole file', async () => {
    await fc.assert(
      fc.asyncProperty(wildFile, async (bytes) => {
        const input = makeFile('wild.jsonl', bytes);
        const whole = await readParts(input);
        const [first] = whole;
        // Positions after a position too: a resumed run may be interrupted itself.
        const later = first?.position ? await readParts(input, { from: first.position }) : [];
        for (const { position } of [...whole, ...later]) {
          if (!position) continue;
          const [before, after] = [
            await readParts(input, { to: position }),
            await readParts(input, { from: position }),
          ];
          expect(linesOf(before)).toEqual(
            linesOf(whole).filter(({ number }) => number <= position.line),
          );
          expect(linesOf(after)).toEqual(
            linesOf(whole).filter(({ number }) => number > position.line),
          );
          expect(bytes[position.offset - 1]).toBe(10);
          expect(
            hashBlock(bytes.subarray(position.offset - position.blockBytes, position.offset)),
          ).toBe(position.block);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has a position after each chunk of JSON Lines, and none where reading cannot start in the middle', async () => {
    const text = `{"a":"${'x'.repeat(1000)}"}\n`.repeat(1000);
    const places = (await readParts(makeFile('a.jsonl', text))).map(({ position }) => position);
    expect(places.every((position) => position !== undefined)).toBe(true);
    expect(places.length).toBeGreaterThan(3);
    expect(places.at(-1)).toMatchObject({ offset: text.length, line: 1000, blockBytes: 1024 });
    for (const input of [
      makeFile('a.json', `[${text.trimEnd().replaceAll('\n', ',\n')}]\n`),
      makeFile('a.jsonl.gz', gzipSync(text)),
      { name: 'stdin', stream: Readable.from([Buffer.from(text)]) },
    ]) {
      const read = await readParts(input);
      expect(linesOf(read)).toHaveLength(1000);
      expect(read.filter(({ position }) => position !== undefined)).toEqual([]);
    }
  });
});
