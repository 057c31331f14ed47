import { Readable } from 'node:stream';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';

import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';

import { settleInSilence } from '../../../src/delivery/read-stream.js';
import { runSend } from '../../../src/delivery/send.js';
import { unpackEntries } from '../../../src/log/packing.js';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import { openDesk } from '../../kit/desk.js';
import { makeFile, makeLine } from '../../kit/errand.js';

const { signal } = new AbortController();

/** How many postbacks the log has the facts of. */
function countRecorded(path: string): number {
  const database = new DatabaseSync(path);
  try {
    const rows = database.prepare('SELECT network, entries FROM flight JOIN cargo ON flight = flight.id').all();
    return new Set(rows.flatMap((row) => unpackEntries(row.entries, row.network).map(({ postback }) => postback.id)))
      .size;
  } finally {
    database.close();
  }
}

/** Small parts that end within lines, so that several go into a request; answers come between them. */
async function* cut(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += 9_000) {
    yield bytes.subarray(start, start + 9_000);
    await turn();
  }
}

describe('a line of a stream is recorded before it is counted', () => {
  it.each<[string, FaultRule[], number]>([
    ['where the network is quick', [], 2500],
    ['where it is slow', [{ match: 'eventData', latencyMs: 400 }], 2500],
    ['where requests are not filled', [], 90],
  ])('%s', async (_name, faults, count) => {
    const desk = await openDesk({ faults });
    const seen: [counted: number, recorded: number][] = [];
    const summary = await runSend(desk.workspace, {
      inputs: [{ name: 'stdin', stream: Readable.from(cut(makeFile(count))) }],
      networks: [],
      goals: [],
      strict: false,
      signal,
      report: (update) => {
        if (update.type === 'progress') seen.push([update.summary.lines, countRecorded(desk.workspace.logPath)]);
      },
    });
    expect(summary).toMatchObject({ lines: count, delivered: count });
    expect(seen.length).toBeGreaterThan(0);
    for (const [counted, recorded] of seen) expect(recorded).toBeGreaterThanOrEqual(counted);
    expect(seen.at(-1)).toEqual([count, count]);
  });

  it('and does not wait for company where the stream falls silent', async () => {
    const desk = await openDesk({ faults: [{ match: 'eventData', latencyMs: 60_000 }] });
    const stream = new Readable({ read: () => undefined });
    stream.push(`${makeLine(1)}\n`);
    let counted = 0;
    const run = runSend(desk.workspace, {
      inputs: [{ name: 'stdin', stream }],
      networks: [],
      goals: [],
      strict: false,
      signal,
      report: (update) => {
        if (update.type === 'progress') counted = update.summary.lines;
      },
    });
    while (counted < 1) await delay(5);
    expect(countRecorded(desk.workspace.logPath)).toBe(1);
    stream.push(null);
    expect(await run).toMatchObject({ lines: 1, delivered: 1 });
  });
});

describe('settleInSilence', () => {
  async function walk(parts: AsyncIterable<string>): Promise<string[]> {
    const told: string[] = [];
    for await (const part of settleInSilence(parts, () => Promise.resolve(void told.push('settle')))) told.push(part);
    return told;
  }

  it('settles before a part that is not at hand, and not before others', async () => {
    async function* makeParts() {
      yield* ['a', 'b'];
      await delay(60);
      yield 'c';
    }
    expect(await walk(makeParts())).toEqual(['a', 'b', 'settle', 'c']);
  });

  it('passes on what breaks the stream, after what came before', async () => {
    const told: string[] = [];
    async function* makeParts() {
      yield 'a';
      await delay(60);
      throw new Error('torn');
    }
    const walked = (async () => {
      for await (const part of settleInSilence(makeParts(), () => Promise.resolve(void told.push('settle'))))
        told.push(part);
    })();
    await expect(walked).rejects.toThrow('torn');
    expect(told).toEqual(['a', 'settle']);
  });

  it('waits for no silent stream where settling fails', async () => {
    async function* makeParts() {
      yield 'a';
      await new Promise(() => undefined);
    }
    const walked = (async () => {
      for await (const _ of settleInSilence(makeParts(), () => Promise.reject(new Error('disk full'))));
    })();
    await expect(walked).rejects.toThrow('disk full');
  });

  it('closes a stream that is left early', async () => {
    let isClosed = false;
    async function* makeParts() {
      try {
        for (;;) {
          await delay(0);
          yield 'a';
        }
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of settleInSilence(makeParts(), () => Promise.resolve())) break;
    await delay(1);
    expect(isClosed).toBe(true);
  });
});
