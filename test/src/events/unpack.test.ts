import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';

import fc from '../../kit/property.js';
import { describe, expect, test } from 'vitest';

import { unpack } from '../../../src/events/unpack.js';

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What is unpacked, and the code of the error after it. */
async function unpackAll(
  bytes: Buffer,
  size: number,
): Promise<[text: string, code: string | undefined]> {
  const parts: Buffer[] = [];
  try {
    for await (const part of unpack(cut(bytes, size))) parts.push(part);
  } catch (error) {
    return [Buffer.concat(parts).toString(), (error as NodeJS.ErrnoException).code];
  }
  return [Buffer.concat(parts).toString(), undefined];
}

const text = Array.from({ length: 30_000 }, (_, index) => `{"a":${Math.sin(index)}}\n`).join('');

describe('K31: gzip', () => {
  test('of several members, with NULs between and after them, is read whole however it is cut', async () => {
    const member = fc.tuple(fc.string({ maxLength: 200 }), fc.nat(20));
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 60 }),
        async (members, size) => {
          const bytes = Buffer.concat(
            members.flatMap(([content, padding]) => [gzipSync(content), Buffer.alloc(padding)]),
          );
          expect(await unpackAll(bytes, size)).toEqual([
            members.map(([content]) => content).join(''),
            undefined,
          ]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('that is cut short gives all that is in it, then fails', async () => {
    const [found, code] = await unpackAll(gzipSync(text).subarray(0, -8), 65_536);
    expect(code).toBe('Z_BUF_ERROR');
    expect(found).toBe(text);
  });

  test('that is damaged in the middle gives what is before, then fails', async () => {
    const bytes = Buffer.concat([gzipSync(text), gzipSync(text)]);
    bytes.fill(0xff, Math.floor(bytes.length * 0.75));
    const [found, code] = await unpackAll(bytes, 65_536);
    expect(code).toMatch(/^Z_/);
    expect(found.startsWith(text)).toBe(true);
  });

  test('with anything but NULs after it fails: nothing is left out silently', async () => {
    const [, code] = await unpackAll(
      Buffer.concat([gzipSync(text), Buffer.from('{"a":1}\n')]),
      65_536,
    );
    expect(code).toBe('Z_DATA_ERROR');
  });
});
