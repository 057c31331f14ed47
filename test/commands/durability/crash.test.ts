import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { makeLines } from '../../kit/events.js';
import { expectDeliveredOnce, killWhen, runUntilDone, setUpBench } from '../../kit/durability.js';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';

const EVENTS = 20_000;
const KILLS = 20;
const EVENT_CALLS = 'eventData';

/** 5% errors, 5% connections dropped after the request was taken, 2% answers cut in the middle. */
const FAULTS: FaultRule[] = [
  { match: EVENT_CALLS, status: 500, rate: 0.05 },
  { match: EVENT_CALLS, drop: 'after', rate: 0.05 },
  { match: EVENT_CALLS, truncate: true, rate: 0.02 },
  { match: EVENT_CALLS, latencyMs: 20 },
];

describe('a conversion reaches the network exactly once in effect', () => {
  it(`when send is killed ${KILLS} times in the middle of its work`, { timeout: 300_000 }, async () => {
    const bench = await setUpBench(FAULTS);
    const file = join(bench.folder, 'events.jsonl');
    writeFileSync(file, makeLines(EVENTS, Date.now()));
    const moments = Array.from({ length: KILLS }, () => Math.random() * EVENTS * 0.95).sort((one, two) => one - two);
    let kills = 0;
    for (const moment of moments) {
      const running = await bench.start('send', file, '--json');
      if (await killWhen(running, () => bench.sandbox.state.received() >= moment)) kills++;
    }
    // A kill may come in the moment in which the work is done: rarely, and only the last ones.
    expect(kills).toBeGreaterThan(KILLS / 2);
    await runUntilDone(() => bench.run('send', file, '--json'));
    expectDeliveredOnce(bench, EVENTS);
    const again = await bench.run('send', file, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ delivered: 0, skips: { duplicate: EVENTS } });
    expect(JSON.parse(again.stdout).networks.amazon.requests).toBe(0);
  });

  it('when two senders and a replay work on it at once, and are killed', { timeout: 300_000 }, async () => {
    const bench = await setUpBench(FAULTS);
    const file = join(bench.folder, 'events.jsonl');
    writeFileSync(file, makeLines(EVENTS, Date.now()));
    for (let round = 1; round <= 6; round++) {
      const moment = (): number => ((round - Math.random()) / 8) * EVENTS;
      const [one, two, three] = [moment(), moment(), moment()];
      const { state } = bench.sandbox;
      await Promise.all([
        killWhen(await bench.start('send', file, '--json'), () => state.received() >= one),
        killWhen(await bench.start('send', file, '--json'), () => state.received() >= two),
        killWhen(await bench.start('replay', '--state', 'pending', '--all', '--yes'), () => state.received() >= three),
      ]);
    }
    await Promise.all([bench.run('send', file), bench.run('send', file)]);
    await runUntilDone(() => bench.run('replay', '--state', 'pending', '--all', '--yes'));
    await runUntilDone(() => bench.run('send', file, '--json'));
    expectDeliveredOnce(bench, EVENTS);
  });
});
