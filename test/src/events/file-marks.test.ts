import { Buffer } from 'node:buffer';
import {
  appendFileSync,
  copyFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { FileMarks } from '../../../src/events/file-marks.js';
import type { Input, ReadPosition } from '../../../src/events/input.js';
import { readPart } from '../../../src/events/input.js';
import type { Checkpoint } from '../../../src/events/source-position.js';
import { makeFolder } from '../../kit/log.js';

const TEXT = '{"a":1}\n'.repeat(500);

let input: Input & { path: string };
beforeEach(() => {
  const path = join(makeFolder(), 'events.jsonl');
  writeFileSync(path, TEXT);
  input = { name: 'events.jsonl', path };
});

async function openMarks(setup = 'rules', format?: Input['format']): Promise<FileMarks> {
  return (await FileMarks.open({ ...input, ...(format && { format }) }, setup)) as FileMarks;
}

async function markEnd(): Promise<Checkpoint> {
  const places: ReadPosition[] = [];
  for await (const { position } of readPart(input, {})) if (position) places.push(position);
  return (await openMarks()).mark(places.at(-1) as ReadPosition);
}

describe('a position in a file', () => {
  it('is recognised as long as nothing has changed', async () => {
    const position = await markEnd();
    const marks = await openMarks();
    expect(await marks.has(position)).toBe(true);
    expect([position.offset, position.line, marks.isEnd(position)]).toEqual([
      TEXT.length,
      500,
      true,
    ]);
  });

  it.each<[what: string, change: (path: string) => void]>([
    ['has grown', (path) => appendFileSync(path, '{"a":2}\n')],
    ['was cut off', (path) => writeFileSync(path, TEXT.slice(0, 80))],
    [
      'was written again',
      (path) => {
        writeFileSync(path, TEXT.replace('1', '2'));
        utimesSync(path, 1, 1);
      },
    ],
    [
      'is another',
      (path) => {
        const { atime, mtime } = statSync(path);
        copyFileSync(path, `${path}.copy`);
        utimesSync(`${path}.copy`, atime, mtime);
        renameSync(`${path}.copy`, path);
      },
    ],
  ])('is not recognised in a file that %s', async (_, change) => {
    const position = await markEnd();
    change(input.path);
    expect(await (await openMarks()).has(position)).toBe(false);
  });

  it('is not recognised where the bytes before it are others, whatever the file system says', async () => {
    const position = await markEnd();
    const { atime, mtime } = statSync(input.path);
    writeFileSync(input.path, TEXT.replace(/1(?=\}\n$)/, '2'));
    utimesSync(input.path, atime, mtime);
    expect(await (await openMarks()).has(position)).toBe(false);
  });

  it('is not recognised under other rules or in another format', async () => {
    const position = await markEnd();
    expect(await (await openMarks('other rules')).has(position)).toBe(false);
    expect(await (await openMarks('rules', 'segment')).has(position)).toBe(false);
    expect(await (await openMarks('rules', 'auto')).has(position)).toBe(true);
  });

  it.each<[what: string, make: () => Input]>([
    ['a stream', () => ({ name: 'stdin' })],
    ['a packed file', () => ({ name: 'a.gz', path: `${input.path}.gz` })],
    ['a folder', () => ({ name: 'folder', path: join(input.path, '..') })],
    ['nothing', () => ({ name: 'none', path: `${input.path}.none` })],
  ])('is not made in %s', async (_, make) => {
    expect(await FileMarks.open(make(), '')).toBeUndefined();
  });

  it('tells nothing of what is in the file', async () => {
    const { head } = await markEnd();
    expect(Buffer.from(head, 'hex')).toHaveLength(32);
  });
});
