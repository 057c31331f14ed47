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
import { makeFile, makeLine, steer, TestWorkspace } from '../../kit/test-workspace.js';
import { describeEach, startStubGateway } from '../../kit/stub-gateway.js';

const { signal } = new AbortController();

type Follow = (workspace: TestWorkspace, text: string, stop: AbortSignal) => Promise<Summary>;
/** How old an event may be at Amazon's Conversions API. */
const WINDOW_MS = 7 * 86_400_000;

function makeRun({ report }: TestWorkspace, input: Input): TailRun {
  return {
    input,
    from: 'last',
    networks: [],
    goals: [],
    strict: false,
    display: { shown: () => Promise.resolve() },
    report,
    signal,
  };
}

/** Where everything waits in the log, nobody sleeps on the clock that leaps. */
function letTimePass({ clock }: TestWorkspace): void {
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
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ match: 'eventData', revoke: true, times: 1 }] },
    });
    const path = join(workspace.cwd, 'events.jsonl');
    writeFileSync(path, makeFile(250));
    const summary = await runTail(workspace.engine, makeRun(workspace, { name: path, path }));
    expect(summary).toMatchObject({ delivered: 0, pending: 250, waiting: { credential: 250 } });
    expect(workspace.notices()).toHaveLength(1);

    await steer(workspace.sandbox, 'POST', '/grants/restore');
    const stop = new AbortController();
    const next = runTail(workspace.engine, {
      ...makeRun(workspace, { name: path, path }),
      signal: stop.signal,
    });
    while (workspace.attempts({ statuses: ['success'] }).length < 250)
      await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    expect(await next).toMatchObject({ lines: 0, postbacks: 250, delivered: 250, pending: 0 });
    expect(workspace.sandbox.state.received()).toBe(250);
  });
});

describe('A3: what waits is tried again while a run lives', () => {
  const OUTAGES: readonly [name: string, fault: FaultRule, said: RegExp][] = [
    [
      'the network fails for minutes',
      { match: 'eventData', status: 503, times: 40 },
      /keeps failing/,
    ],
    [
      'it throttles for longer than the attempts last',
      { match: 'eventData', status: 429, times: 12 },
      /will be tried again/,
    ],
    [
      'it asks to wait for ten minutes',
      { match: 'eventData', status: 429, retryAfter: 600, times: 1 },
      /600 s/,
    ],
    [
      'no token can be had for minutes',
      { match: 'auth/o2/token', status: 503, times: 40 },
      /keeps failing/,
    ],
  ];
  const INPUTS: readonly [name: string, follow: Follow][] = [
    [
      'tail of a quiet file',
      (workspace, text, stop) => {
        const path = join(workspace.cwd, 'events.jsonl');
        writeFileSync(path, text);
        return runTail(workspace.engine, {
          ...makeRun(workspace, { name: path, path }),
          signal: stop,
        });
      },
    ],
    [
      'tail of a silent pipe',
      (workspace, text, stop) =>
        runTail(workspace.engine, { ...makeRun(workspace, openPipe(text)), signal: stop }),
    ],
    [
      'send of a silent pipe',
      (workspace, text, stop) =>
        runSend(workspace.engine, {
          ...makeRun(workspace, openPipe(text)),
          inputs: [openPipe(text)],
          signal: stop,
        }),
    ],
  ];

  describe.each(OUTAGES)('when %s', (_outage, fault, said) => {
    it.each(INPUTS)('%s delivers it without new lines', async (_input, follow) => {
      const workspace = await TestWorkspace.createInProcess({ sandbox: { faults: [fault] } });
      letTimePass(workspace);
      const stop = new AbortController();
      const run = follow(workspace, makeFile(30), stop.signal);
      await expect
        .poll(() => workspace.sandbox.state.conversions().length, { timeout: 120_000 })
        .toBe(30);
      await expect
        .poll(() => workspace.attempts({ statuses: ['success'] }).length, { timeout: 120_000 })
        .toBe(30);
      stop.abort();
      expect(await run).toMatchObject({ lines: 30, delivered: 30, pending: 0, failed: 0 });
      expect(workspace.notices().join('\n')).toMatch(said);
    });
  });

  it('until its deadline passes: then it has failed, and that is counted', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ match: 'eventData', status: 503 }] },
    });
    letTimePass(workspace);
    const stop = new AbortController();
    const line = JSON.parse(makeLine(1)) as { eventTimestamp: string };
    line.eventTimestamp = new Date(workspace.clock.now() - WINDOW_MS + 120_000).toISOString();
    const run = runTail(workspace.engine, {
      ...makeRun(workspace, openPipe(`${JSON.stringify(line)}\n`)),
      signal: stop.signal,
    });
    await expect
      .poll(() => workspace.updates.some(({ type }) => type === 'expired'), { timeout: 120_000 })
      .toBe(true);
    stop.abort();
    expect(await run).toMatchObject({ failed: 1, failures: { expired: 1 }, pending: 0 });
  });

  it('a stopped run counts what waits, and the next one finds it', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ match: 'eventData', status: 503 }] },
    });
    letTimePass(workspace);
    const stop = new AbortController();
    const run = runTail(workspace.engine, {
      ...makeRun(workspace, openPipe(makeFile(30))),
      signal: stop.signal,
    });
    await expect.poll(() => workspace.notices().length, { timeout: 120_000 }).toBeGreaterThan(3);
    stop.abort();
    expect(await run).toMatchObject({ lines: 30, delivered: 0, pending: 30 });
  });

  it('when the pipe has ended, as long as a send tries', async () => {
    const workspace = await TestWorkspace.createInProcess({
      sandbox: { faults: [{ match: 'eventData', status: 503 }] },
    });
    const input = { name: 'stdin', stream: Readable.from([Buffer.from(makeFile(30))]) };
    expect(await runTail(workspace.engine, makeRun(workspace, input))).toMatchObject({
      pending: 30,
      waiting: { transient: 30 },
    });
  });
});

describe('a run that reads a silent pipe', () => {
  it.each([
    [
      'tail',
      (workspace: TestWorkspace, input: Input) =>
        runTail(workspace.engine, makeRun(workspace, input)),
    ],
    [
      'send',
      (workspace: TestWorkspace, input: Input) =>
        runSend(workspace.engine, { ...makeRun(workspace, input), inputs: [input] }),
    ],
  ])('%s ends with the fault when the log breaks under it', async (_command, run) => {
    const broken = { path: '' };
    const stub = await startStubGateway((ids) => {
      // Between the record of the request and that of its answer.
      const database = new DatabaseSync(broken.path);
      database.exec('DROP TABLE request');
      database.close();
      return { status: 207, body: describeEach('capi-v1', ids.length, {}), accepts: ids };
    });
    const workspace = await TestWorkspace.createInProcess({ env: { POSTBACK_GATEWAY: stub.url } });
    broken.path = workspace.engine.logLocation.path;
    await expect(run(workspace, openPipe(`${makeLine(1)}\n`))).rejects.toThrow(/request/);
  });
});
