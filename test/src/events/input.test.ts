import { Buffer } from 'node:buffer';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import { beforeEach, describe, expect, it } from 'vitest';

import { InputError } from '../../../src/errors.js';
import type { Input } from '../../../src/events/input.js';
import { checkInputs, readLines } from '../../../src/events/input.js';
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
    expect(await readAll({ name: 'stdin', stream: Readable.from([Buffer.from(text)]) })).toEqual(expected);
  });

  it('reads what several packed files put together hold', async () => {
    const whole = Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('{"b":2}\n')]);
    expect(await readAll(makeFile('a.jsonl.gz', whole))).toEqual(['{"a":1}', '{"b":2}']);
  });

  it.each<[what: string, code: string, make: () => Input]>([
    ['a file that is not there', 'input_not_found', () => ({ name: 'none', path: join(folder, 'none') })],
    ['no gzip', 'input_broken_gzip', () => makeFile('a.gz', 'plain text')],
    ['half a gzip', 'input_broken_gzip', () => makeFile('a.gz', gzipSync('{"a":1}\n'.repeat(500)).subarray(0, 30))],
    ['UTF-16', 'not_utf8', () => makeFile('a.jsonl', Buffer.from('\uFEFF{"a":1}\n', 'utf16le'))],
  ])('refuses %s as %s', async (_what, code, make) => {
    expect(await readAll(make()).catch(codeOf)).toBe(code);
  });

  it('stops when it is told to, though the pipe stays open', async () => {
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

describe('checkInputs', () => {
  it('finds the third name wrong before the first is read', async () => {
    const inputs = [makeFile('a', ''), makeFile('b', ''), { name: 'none', path: join(folder, 'none') }];
    expect(await checkInputs(inputs).catch(codeOf)).toBe('input_not_found');
    await expect(checkInputs(inputs.slice(0, 2))).resolves.toBeUndefined();
  });

  it('says of a folder what to name instead', async () => {
    mkdirSync(join(folder, 'logs'));
    const error = await checkInputs([{ name: 'logs/', path: join(folder, 'logs') }]).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: 'input_is_directory', hint: expect.stringContaining('logs/*.jsonl') });
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    const input = makeFile('a', '');
    chmodSync(input.path as string, 0);
    expect(await readAll(input).catch(codeOf)).toBe('input_unreadable');
  });
});
