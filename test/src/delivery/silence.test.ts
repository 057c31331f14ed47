import { Readable } from 'node:stream';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';

import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';

import { markSilence, SILENCE } from '../../../src/delivery/silence.js';
import { runSend } from '../../../src/delivery/send.js';
import { unpackEntries } from '../../../src/log/packed/packing.js';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import { makeFile, makeLine, TestWorkspace } from '../../kit/test-workspace.js';

const { signal } = new AbortController();

/** How many postbacks the log has the facts of. */
function countRecorded(path: string): number {
  const database = new DatabaseSync(path);
  try {
    const rows = database
      .prepare('SELECT network, entries FROM batch JOIN batch_payload ON batch = batch.id')
      .all();
    return new Set(
      rows.flatMap((row) =>
        unpackEntries(row.entries, row.network).map(({ postback }) => postback.id),
      ),
    ).size;
  } finally {
    database.close();
  }
}

/**
 * Small parts that end within lines, so that several go into a request; answers come between them.
 */
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
    const workspace = await TestWorkspace.createInProcess({ sandbox: { faults } });
    const seen: [counted: number, recorded: number][] = [];
    const summary = await runSend(workspace.engine, {
      inputs: [{ name: 'stdin', stream: Readable.from(cut(makeFile(count))) }],
      networks: [],
      goals: [],
      strict: false,
      signal,
      report: (update) => {
        if (update.type === 'progress')
          seen.push([update.summary.lines, countRecorded(workspace.engine.logLocation.path)]);
      },
    });
    expect(summary).toMatchObject({ lines: count, delivered: count });
    expect(seen.length).toBeGreaterThan(0);
    for (const [counted, recorded] of seen) expect(recorded).toBeGreaterThanOrEqual(counted);
    expect(seen.at(-1)).toEqual([count, count]);
  });

  it('and does not wait for company where the stream falls silent', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ match: 'eventData', latencyMs: 60_000 }] },
    });
    const stream = new Readable({ read: () => undefined });
    stream.push(`${makeLine(1)}\n`);
    let counted = 0;
    const run = runSend(workspace.engine, {
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
    expect(countRecorded(workspace.engine.logLocation.path)).toBe(1);
    stream.push(null);
    expect(await run).toMatchObject({ lines: 1, delivered: 1 });
  });
});

describe('markSilence', () => {
  async function walk(parts: AsyncIterable<string>, seen: unknown[] = []): Promise<unknown[]> {
    for await (const part of markSilence(parts)) seen.push(part);
    return seen;
  }

  it('marks a part that is not at hand, and no others', async () => {
    async function* makeParts() {
      yield* ['a', 'b'];
      await delay(60);
      yield 'c';
    }
    expect(await walk(makeParts())).toEqual(['a', 'b', SILENCE, 'c']);
  });

  it('passes on what breaks the stream, after what came before', async () => {
    const seen: unknown[] = [];
    async function* makeParts() {
      yield 'a';
      await delay(60);
      throw new Error('torn');
    }
    await expect(walk(makeParts(), seen)).rejects.toThrow('torn');
    expect(seen).toEqual(['a', SILENCE]);
  });

  it('waits for no silent stream where its reader fails', async () => {
    async function* makeParts() {
      yield 'a';
      await new Promise(() => undefined);
    }
    const walked = (async () => {
      for await (const part of markSilence(makeParts()))
        if (part === SILENCE) throw new Error('disk full');
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
    for await (const _ of markSilence(makeParts())) break;
    await delay(1);
    expect(isClosed).toBe(true);
  });
});
