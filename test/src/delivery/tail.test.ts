import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';

import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';

import { runSend } from '../../../src/delivery/send.js';
import type { TailRun } from '../../../src/delivery/tail.js';
import { runTail } from '../../../src/delivery/tail.js';
import type { Input } from '../../../src/events/input.js';
import type { Summary } from '../../../src/delivery/tally.js';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import type { Desk } from '../../kit/desk.js';
import { openDesk } from '../../kit/desk.js';
import { makeFile, makeLine, steer } from '../../kit/errand.js';
import { describeEach, startStandIn } from '../../kit/stand-in.js';

const { signal } = new AbortController();

type Follow = (desk: Desk, text: string, stop: AbortSignal) => Promise<Summary>;
/** How old an event may be at Amazon's Conversions API. */
const WINDOW_MS = 7 * 86_400_000;

function makeRun({ report }: Desk, input: Input): TailRun {
  return {
    input,
    from: 'last',
    networks: [],
    goals: [],
    strict: false,
    shown: () => Promise.resolve(),
    report,
    signal,
  };
}

/** Where everything waits in the log, nobody sleeps on the clock that leaps. */
function letTimePass({ clock }: Desk): void {
  const timer = setInterval(() => clock.advance(5_000), 20);
  onTestFinished(() => clearInterval(timer));
}

/** A pipe whose writer says nothing more and does not go away. */
function openPipe(text: string): Input {
  const stream = new PassThrough();
  onTestFinished(() => void stream.destroy());
  stream.write(text);
  return { name: 'stdin', stream };
}

describe('a tail that can deliver nothing', () => {
  it('of a file ends when the grant is refused, and the next one delivers what waited', async () => {
    const desk = await openDesk({ faults: [{ match: 'eventData', revoke: true, times: 1 }] });
    const path = join(desk.folder, 'events.jsonl');
    writeFileSync(path, makeFile(250));
    const summary = await runTail(desk.workspace, makeRun(desk, { name: path, path }));
    expect(summary).toMatchObject({ delivered: 0, pending: 250, waiting: { credential: 250 } });
    expect(desk.notices()).toHaveLength(1);

    await steer(desk.sandbox, 'POST', '/grants/restore');
    const stop = new AbortController();
    const next = runTail(desk.workspace, { ...makeRun(desk, { name: path, path }), signal: stop.signal });
    while (desk.log({ statuses: ['success'] }).length < 250) await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    expect(await next).toMatchObject({ lines: 0, postbacks: 250, delivered: 250, pending: 0 });
    expect(desk.sandbox.state.received()).toBe(250);
  });
});

describe('A3: what waits is tried again while a run lives', () => {
  const OUTAGES: readonly [name: string, fault: FaultRule, said: RegExp][] = [
    ['the network fails for minutes', { match: 'eventData', status: 503, times: 40 }, /keeps failing/],
    [
      'it throttles for longer than the attempts last',
      { match: 'eventData', status: 429, times: 12 },
      /are tried again/,
    ],
    [
      'it asks to be left alone for ten minutes',
      { match: 'eventData', status: 429, retryAfter: 600, times: 1 },
      /600 s/,
    ],
    ['no token can be had for minutes', { match: 'auth/o2/token', status: 503, times: 40 }, /keeps failing/],
  ];
  const INPUTS: readonly [name: string, follow: Follow][] = [
    [
      'tail of a quiet file',
      (desk, text, stop) => {
        const path = join(desk.folder, 'events.jsonl');
        writeFileSync(path, text);
        return runTail(desk.workspace, { ...makeRun(desk, { name: path, path }), signal: stop });
      },
    ],
    [
      'tail of a silent pipe',
      (desk, text, stop) => runTail(desk.workspace, { ...makeRun(desk, openPipe(text)), signal: stop }),
    ],
    [
      'send of a silent pipe',
      (desk, text, stop) =>
        runSend(desk.workspace, { ...makeRun(desk, openPipe(text)), inputs: [openPipe(text)], signal: stop }),
    ],
  ];

  describe.each(OUTAGES)('when %s', (_outage, fault, said) => {
    it.each(INPUTS)('%s delivers it without new lines', async (_input, follow) => {
      const desk = await openDesk({ faults: [fault] });
      letTimePass(desk);
      const stop = new AbortController();
      const run = follow(desk, makeFile(30), stop.signal);
      await expect.poll(() => desk.sandbox.state.conversions().length, { timeout: 10_000 }).toBe(30);
      await expect.poll(() => desk.log({ statuses: ['success'] }).length, { timeout: 5_000 }).toBe(30);
      stop.abort();
      expect(await run).toMatchObject({ lines: 30, delivered: 30, pending: 0, failed: 0 });
      expect(desk.notices().join('\n')).toMatch(said);
    });
  });

  it('until its deadline passes: then it has failed, and that is counted', async () => {
    const desk = await openDesk({ faults: [{ match: 'eventData', status: 503 }] });
    letTimePass(desk);
    const stop = new AbortController();
    const line = JSON.parse(makeLine(1)) as { eventTimestamp: string };
    line.eventTimestamp = new Date(desk.clock.now() - WINDOW_MS + 120_000).toISOString();
    const run = runTail(desk.workspace, {
      ...makeRun(desk, openPipe(`${JSON.stringify(line)}\n`)),
      signal: stop.signal,
    });
    await expect.poll(() => desk.updates.some(({ type }) => type === 'expired'), { timeout: 10_000 }).toBe(true);
    stop.abort();
    expect(await run).toMatchObject({ failed: 1, failures: { expired: 1 }, pending: 0 });
  });

  it('a stopped run counts what waits, and the next one finds it', async () => {
    const desk = await openDesk({ faults: [{ match: 'eventData', status: 503 }] });
    letTimePass(desk);
    const stop = new AbortController();
    const run = runTail(desk.workspace, { ...makeRun(desk, openPipe(makeFile(30))), signal: stop.signal });
    await expect.poll(() => desk.notices().length, { timeout: 10_000 }).toBeGreaterThan(3);
    stop.abort();
    expect(await run).toMatchObject({ lines: 30, delivered: 0, pending: 30 });
  });

  it('when the pipe has ended, as long as a send tries', async () => {
    const desk = await openDesk({ faults: [{ match: 'eventData', status: 503 }] });
    const input = { name: 'stdin', stream: Readable.from([Buffer.from(makeFile(30))]) };
    expect(await runTail(desk.workspace, makeRun(desk, input))).toMatchObject({
      pending: 30,
      waiting: { transient: 30 },
    });
  });
});

describe('a run that reads a silent pipe', () => {
  it.each([
    ['tail', (desk: Desk, input: Input) => runTail(desk.workspace, makeRun(desk, input))],
    ['send', (desk: Desk, input: Input) => runSend(desk.workspace, { ...makeRun(desk, input), inputs: [input] })],
  ])('%s ends with the fault when the log breaks under it', async (_command, run) => {
    const broken = { path: '' };
    const standIn = await startStandIn((ids) => {
      // Between the record of the request and that of its answer.
      const database = new DatabaseSync(broken.path);
      database.exec('DROP TABLE request');
      database.close();
      return { status: 207, body: describeEach('capi-v1', ids.length, {}), accepts: ids };
    });
    const desk = await openDesk({ gateway: standIn.url });
    broken.path = desk.workspace.logPath;
    await expect(run(desk, openPipe(`${makeLine(1)}\n`))).rejects.toThrow(/request/);
  });
});
