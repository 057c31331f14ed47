import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import { DurabilityHarness, killWhen, runUntilDone } from '../../kit/durability-harness.js';
import type { RunSummary } from '../../kit/test-workspace.js';
import { makeLines } from '../../kit/events.js';

/** Kills of each kind; LIVENESS_KILLS=50 is the whole of it. */
const KILLS = Number(process.env['LIVENESS_KILLS'] ?? 4);
const EVENTS_PER_KILL = 600;

/** Slow enough that a kill finds requests on their way. */
const FAULTS: FaultRule[] = [
  { match: 'eventData', drop: 'after', rate: 0.1 },
  { match: 'eventData', latencyMs: 120 },
];

const CONTAINER = ['unshare', '--pid', '--fork', '--kill-child'];
const HOST = (name: string): string[] => [
  'unshare',
  '--uts',
  'sh',
  '-c',
  `hostname ${name} && exec "$@"`,
  'sh',
];

/** How the first run and the one after it are started. */
const RESTARTS: readonly [name: string, first: readonly string[], second: readonly string[]][] = [
  ['a process that is started again', [], []],
  ['a container whose process has number 1 again', CONTAINER, CONTAINER],
  [
    'a container with a /proc of its own',
    [...CONTAINER, '--mount-proc'],
    [...CONTAINER, '--mount-proc'],
  ],
  ['a pod with another host name', HOST('pod-1'), HOST('pod-2')],
];

/** Namespaces need rights that not every machine gives. */
function canRun([command, ...args]: readonly string[]): boolean {
  return command === undefined || spawnSync(command, [...args, 'true']).status === 0;
}

describe('A2: what a killed run had on its way is sent by the next one, at once', () => {
  it.each(RESTARTS)('in %s', { timeout: 60_000 + KILLS * 20_000 }, async (_name, first, second) => {
    if (!canRun(first) || !canRun(second)) {
      console.log(`skipped: ${first.join(' ')} is not allowed here`);
      return;
    }
    const harness = await DurabilityHarness.create(FAULTS);
    const { random } = harness;
    const { state } = harness.sandbox;
    let kills = 0;
    for (let round = 1; round <= KILLS; round++) {
      const file = join(harness.folder, `events-${round}.jsonl`);
      const lines = makeLines(round * EVENTS_PER_KILL, Date.now()).split('\n');
      writeFileSync(file, lines.slice((round - 1) * EVENTS_PER_KILL).join('\n'));
      const moment = (round - 1 + random() * 0.9) * EVENTS_PER_KILL;
      if (
        await killWhen(
          await harness.startBy(first, 'send', file, '--json'),
          () => state.received() > moment,
        )
      )
        kills++;
      await runUntilDone(async () => {
        const running = await harness.startBy(second, 'send', file, '--json');
        running.child.stdin.end();
        return running.finished;
      });
      expect(state.conversions().length).toBe(round * EVENTS_PER_KILL);
    }
    expect(kills).toBeGreaterThan(KILLS / 2);
    harness.expectDeliveredOnce(KILLS * EVENTS_PER_KILL);
  });
});

describe('A2: what another living run has on its way', () => {
  it(
    'is waited for: the second run ends with 0 when all is delivered, and not before',
    { timeout: 300_000 },
    async () => {
      const harness = await DurabilityHarness.create([{ match: 'eventData', latencyMs: 3_000 }]);
      const file = join(harness.folder, 'events.jsonl');
      writeFileSync(file, makeLines(20, Date.now()));
      const first = await harness.start('send', file, '--json');
      await expect.poll(() => harness.countOpenRequests(), { timeout: 120_000 }).toBe(1);
      const second = await harness.run('send', file, '--json');
      expect(second, second.stderr).toMatchObject({ code: 0 });
      expect(harness.sandbox.state.conversions()).toHaveLength(20);
      const { delivered, skips } = JSON.parse(second.stdout) as RunSummary;
      expect(delivered + (skips['duplicate'] ?? 0)).toBe(20);
      expect((await first.finished).code).toBe(0);
      harness.expectDeliveredOnce(20);
    },
  );
});
