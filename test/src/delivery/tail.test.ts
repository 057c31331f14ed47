import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';

import { runSend } from '../../../src/delivery/send.js';
import type { TailRun } from '../../../src/delivery/tail.js';
import { runTail } from '../../../src/delivery/tail.js';
import type { Input } from '../../../src/events/input.js';
import type { Desk } from '../../kit/desk.js';
import { openDesk } from '../../kit/desk.js';
import { makeFile, makeLine, steer } from '../../kit/errand.js';
import { describeEach, startStandIn } from '../../kit/stand-in.js';

const { signal } = new AbortController();

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

  it('of a silent pipe ends when the network stays away', async () => {
    const desk = await openDesk({
      faults: [{ match: 'eventData', status: 503 }],
      settings: { 'delivery.maxAttempts': 100 },
    });
    const summary = await runTail(desk.workspace, makeRun(desk, openPipe(makeFile(3))));
    expect(summary).toMatchObject({ lines: 3, pending: 3, waiting: { transient: 3 } });
    expect(desk.notices().at(-1)).toMatch(/stays pending/);
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
