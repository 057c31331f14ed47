import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { derivePostbackId } from '../../../src/identity/postback-id.js';
import { NETWORK_NAMES, type NetworkName } from '../../../src/networks/names.js';
import type { FaultRule } from '../../../src/sandbox/faults/fault-rule.js';
import { DurabilityHarness, killWhen, runUntilDone } from '../../kit/durability-harness.js';
import { makePurchase, makeUuid } from '../../kit/events.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../../kit/networks.js';

const EVENTS = 20_000;
const KILLS = Number(process.env['CRASH_KILLS'] ?? 3);
const HOUR_MS = 3_600_000;
const NO_CLICK = { utm_source: undefined, utm_medium: undefined };

/**
 * 5% errors and throttling, 5% connections dropped after the request was taken, 2% answers cut in
 * the middle.
 */
const FAULTS: FaultRule[] = [
  { status: 500, rate: 0.05 },
  { status: 429, rate: 0.05 },
  { drop: 'after', rate: 0.05 },
  { truncate: true, rate: 0.02 },
  { latencyMs: 40 },
];

function ownerOf(number: number): NetworkName {
  return NETWORK_NAMES[number % NETWORK_NAMES.length]!;
}

/** Purchases of the last hour, each by a click of the next network. */
function makeEvents(nowMs: number): string {
  const lines = Array.from({ length: EVENTS }, (_, number) => {
    const eventTimestamp = new Date(nowMs - HOUR_MS + number).toISOString();
    const person = { userId: `player-${number}`, anonymousId: `visitor-${number}` };
    const email = `player${number}@example.com`;
    const properties = { ...NO_CLICK, ...VISIT, ...NETWORK_CLICKS[ownerOf(number)], email };
    return JSON.stringify(
      makePurchase({ messageId: makeUuid(number), eventTimestamp, ...person }, properties),
    );
  });
  return `${lines.join('\n')}\n`;
}

it(
  `all networks at once: send is killed ${KILLS} times, nothing is lost and nothing comes twice`,
  {
    timeout: 300_000,
  },
  async () => {
    const goals = makeRepeatableGoals().filter(({ event }) => event === 'purchase');
    const harness = await DurabilityHarness.create(FAULTS, { goals, networks: 'all' });
    const file = join(harness.folder, 'events.jsonl');
    writeFileSync(file, makeEvents(Date.now()));
    const { state } = harness.sandbox;
    let kills = 0;
    for (let round = 0; round < KILLS; round++) {
      const moment = ((round + harness.random()) / (KILLS + 1)) * EVENTS;
      const running = await harness.start('send', file, '--json');
      if (await killWhen(running, () => state.received() >= moment)) kills++;
    }
    // A kill may come in the moment in which the work is done: rarely, and only the last one.
    expect(kills).toBeGreaterThanOrEqual(KILLS - 1);
    await runUntilDone(() => harness.run('send', file, '--json', '--wait'));
    const expected = Array.from({ length: EVENTS }, (_, number) =>
      derivePostbackId('default', ownerOf(number), goals[0]!.id, makeUuid(number)),
    );
    harness.expectEachOnce(expected);
    for (const [place, network] of NETWORK_NAMES.entries()) {
      const arrived = state.conversions().filter((conversion) => conversion.network === network);
      const ids = new Set(expected.filter((_, number) => number % NETWORK_NAMES.length === place));
      expect(arrived.length, network).toBe(ids.size);
      expect(arrived.filter(({ dedupeId = '' }) => !ids.has(dedupeId))).toEqual([]);
    }
    const again = await harness.run('send', file, '--json', '--wait');
    expect(JSON.parse(again.stdout)).toMatchObject({
      delivered: 0,
      pending: 0,
      skips: { duplicate: EVENTS },
    });
  },
);
