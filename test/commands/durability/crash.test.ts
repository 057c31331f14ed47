import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { makeLines } from '../../kit/events.js';
import { DurabilityHarness, killWhen, runUntilDone } from '../../kit/durability-harness.js';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';

const EVENTS = 20_000;
/** `CRASH_KILLS=20` runs the full size. */
const KILLS = Number(process.env['CRASH_KILLS'] ?? 10);
const EVENT_CALLS = 'eventData';

/** 5% errors, 5% connections dropped after the request was taken, 2% answers cut in the middle. */
const FAULTS: FaultRule[] = [
  { match: EVENT_CALLS, status: 500, rate: 0.05 },
  { match: EVENT_CALLS, drop: 'after', rate: 0.05 },
  { match: EVENT_CALLS, truncate: true, rate: 0.02 },
  { match: EVENT_CALLS, latencyMs: 20 },
];

describe('a conversion reaches the network exactly once in effect', () => {
  it(
    `when send is killed ${KILLS} times in the middle of its work`,
    { timeout: 300_000 },
    async () => {
      const harness = await DurabilityHarness.create(FAULTS);
      const file = join(harness.folder, 'events.jsonl');
      writeFileSync(file, makeLines(EVENTS, Date.now()));
      const moments = Array.from({ length: KILLS }, () => harness.random() * EVENTS * 0.95).sort(
        (one, two) => one - two,
      );
      let kills = 0;
      for (const moment of moments) {
        const running = await harness.start('send', file, '--json');
        if (await killWhen(running, () => harness.sandbox.state.received() >= moment)) kills++;
      }
      // A kill may come in the moment in which the work is done: rarely, and only the last ones.
      expect(kills).toBeGreaterThan(KILLS / 2);
      await runUntilDone(() => harness.run('send', file, '--json'));
      harness.expectDeliveredOnce(EVENTS);
      const again = await harness.run('send', file, '--json');
      expect(JSON.parse(again.stdout)).toMatchObject({
        delivered: 0,
        skips: { duplicate: EVENTS },
      });
      expect(JSON.parse(again.stdout).networks.amazon.requests).toBe(0);
    },
  );

  it(
    'when two senders and a replay work on it at once, and are killed',
    { timeout: 300_000 },
    async () => {
      const harness = await DurabilityHarness.create(FAULTS);
      const file = join(harness.folder, 'events.jsonl');
      writeFileSync(file, makeLines(EVENTS, Date.now()));
      for (let round = 1; round <= 6; round++) {
        const moment = (): number => ((round - harness.random()) / 8) * EVENTS;
        const [one, two, three] = [moment(), moment(), moment()];
        const { state } = harness.sandbox;
        await Promise.all([
          killWhen(await harness.start('send', file, '--json'), () => state.received() >= one),
          killWhen(await harness.start('send', file, '--json'), () => state.received() >= two),
          killWhen(
            await harness.start('replay', '--state', 'pending', '--all', '--yes'),
            () => state.received() >= three,
          ),
        ]);
      }
      await Promise.all([harness.run('send', file), harness.run('send', file)]);
      await runUntilDone(() => harness.run('replay', '--state', 'pending', '--all', '--yes'));
      await runUntilDone(() => harness.run('send', file, '--json'));
      harness.expectDeliveredOnce(EVENTS);
    },
  );
});
