import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { matchesPattern } from '../../../src/sources/aws/key-pattern.js';
import { ConfirmedRows } from '../../../src/sources/confirmed-rows.js';
import { decodeSnappy } from '../../../src/sources/kafka/codecs.js';
import { HeldPart } from '../../../src/sources/kafka/held-part.js';
import { Mailbox } from '../../../src/sources/mailbox.js';
import { cutMessage } from '../../../src/sources/message-lines.js';
import { readTls } from '../../../src/sources/variables.js';
import { FakeClock } from '../../kit/clock.js';

describe('cutMessage', () => {
  it.each([
    ['one object', '{"a":1}', ['{"a":1}']],
    ['lines', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['an array', '[{"a":1},{"b":2}]', ['{"a":1}', '{"b":2}']],
    ['an object over lines', '{\n"a":1\n}', ['{\n"a":1\n}']],
    ['nothing', '', []],
    ['text', 'not json', ['not json']],
  ])('cuts %s', (_, text, expected) => {
    for (const bytes of [Buffer.from(text), text === '' ? Buffer.alloc(0) : gzipSync(text)]) {
      const lines = cutMessage(bytes, 't[0]@7');
      expect(lines.map((line) => line.text)).toEqual(expected);
      for (const { source } of lines) expect(source).toBe('t[0]@7');
    }
  });

  it('reports damage of a message as an invalid line', () => {
    const damaged = gzipSync('{"a":1}').subarray(0, 12);
    expect(cutMessage(damaged, 't[0]@7')).toMatchObject([{ invalid: { code: 'damaged_gzip' } }]);
    const broken = Buffer.from([0x7b, 0xff, 0x7d]);
    expect(cutMessage(broken, 't[0]@7')).toMatchObject([{ invalid: { code: 'not_utf8' } }]);
    const long = Buffer.from(`{"a":"${'x'.repeat(1024 * 1024)}"}`);
    expect(cutMessage(long, 't[0]@7')).toMatchObject([{ invalid: { code: 'line_too_long' } }]);
  });
});

it.each([
  ['a/b.gz', 'a/*.gz', true],
  ['a/b/c.gz', 'a/*.gz', true],
  ['a/b.gz', 'a/', true],
  ['a/b.gz', 'a/b.gz', true],
  ['a/b.gz', 'a/b', false],
  ['b/a/x', 'a*', false],
  ['ab', 'a*b*b', false],
  ['abcb', 'a*b*b', true],
  ['a.gz', 'a.gz*z', false],
])('key %s and pattern %s: %s', (key, pattern, matches) => {
  expect(matchesPattern(key, pattern)).toBe(matches);
});

it('decodes snappy with and without the frame of snappy-java', () => {
  const block = Buffer.from([5, 16, ...Buffer.from('hello')]);
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const length = Buffer.from([0, 0, 0, block.length]);
  expect(Buffer.from(decodeSnappy(block)).toString()).toBe('hello');
  const framed = Buffer.concat([header, length, block, length, block]);
  expect(Buffer.from(decodeSnappy(framed)).toString()).toBe('hellohello');
});

it('turns TLS on where a secret leaves the machine', () => {
  const local = { hosts: ['127.0.0.1:9092', 'localhost:1'], sendsSecret: true };
  const remote = { hosts: ['broker:9092'], sendsSecret: true };
  expect(readTls({}, 'P', local)).toBe(false);
  expect(readTls({}, 'P', remote)).toBe(true);
  expect(readTls({}, 'P', { ...remote, sendsSecret: false })).toBe(false);
  expect(readTls({ P_TLS: 'false' }, 'P', remote)).toBe(false);
  expect(readTls({ P_CA_FILE: '/ca.pem' }, 'P', local)).toBe(true);
  expect(() => readTls({ P_TLS: 'maybe' }, 'P', local)).toThrow(/expected true or false/);
});

describe('ConfirmedRows', () => {
  it('publishes a row again until it is stored, and reports that once', async () => {
    const stored: string[] = [];
    let faults = 3;
    const sink = {
      name: 'kafka://b/rejects',
      publish: async (rows: readonly string[]) => {
        if (faults-- > 0) throw new Error('away');
        stored.push(...rows);
      },
      close: async () => undefined,
    };
    const said: string[] = [];
    const rows = new ConfirmedRows(sink, {
      clock: new FakeClock(),
      report: (text) => said.push(text),
    });
    rows.put('one');
    rows.put('two');
    expect(await rows.confirm(new AbortController().signal)).toBe(true);
    expect(stored).toEqual(['one', 'two']);
    expect(said).toHaveLength(1);
    faults = Infinity;
    rows.put('three');
    expect(await rows.confirm(AbortSignal.abort())).toBe(false);
    expect(await rows.close()).toBe(1);
  });
});

describe('HeldPart', () => {
  const rebalance = new Error('rebalancing');

  it('is given up at a rebalance where the reader has not taken it', async () => {
    const part = new HeldPart(0, '41', []);
    await expect(part.wait(() => Promise.reject(rebalance), 1)).rejects.toThrow(rebalance);
    expect(part.take()).toBe(false);
    expect(part.isAcknowledged).toBe(false);
  });

  it('is acknowledged before its member rejoins where the reader has taken it', async () => {
    const part = new HeldPart(0, '41', []);
    expect(part.take()).toBe(true);
    expect(part.nextOffset).toBe('42');
    const waiting = part.wait(() => {
      queueMicrotask(() => part.acknowledge());
      return Promise.reject(rebalance);
    }, 1);
    await expect(waiting).rejects.toThrow(rebalance);
    expect(part.isAcknowledged).toBe(true);
  });
});

describe('Mailbox', () => {
  it('hands out all that is there, waits while it is paused, and ends with its fault', async () => {
    const mailbox = new Mailbox<number>();
    mailbox.put(1);
    mailbox.put(2);
    mailbox.pause();
    let hasRoom = false;
    const room = mailbox.room(10).then(() => (hasRoom = true));
    const reader = mailbox.read();
    expect(await reader.next()).toEqual({ done: false, value: [1, 2] });
    expect(hasRoom).toBe(false);
    mailbox.resume();
    await room;
    mailbox.put(3);
    mailbox.end(new Error('lost'));
    expect(await reader.next()).toEqual({ done: false, value: [3] });
    await expect(reader.next()).rejects.toThrow('lost');
  });
});
