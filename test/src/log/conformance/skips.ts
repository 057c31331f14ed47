import { describe, expect, it } from 'vitest';

import type { LogFilter } from '../../../../src/log/log-rows.js';
import { collect, HOUR_MS, listRows, openRun, read, type MakeStore } from './harness.js';

const SKIP = { eventId: 'skipped-1', event: 'level_up', reason: 'organic' };

/** What the log keeps of skips that concern no goal or network. */
export function describeSkips(make: MakeStore): void {
  describe('skips without a goal or network', () => {
    it('lists the newest skips without a goal or network, and counts the others', async () => {
      const store = await make();
      const log = await openRun(store, 'send', { keepSkips: 15 });
      const unmapped = {
        reason: 'unmapped_goal',
        goal: 'first-purchase',
        network: 'amazon',
      } as const;
      for (let chunk = 0; chunk < 10; chunk++) {
        const organic = { event: 'level_up', reason: 'organic' };
        await log.skip([
          { ...organic, eventId: `organic-${chunk}-a` },
          { ...unmapped, eventId: `unmapped-${chunk}`, event: 'purchase' },
          { ...organic, eventId: `organic-${chunk}-b` },
          { ...organic, eventId: `organic-${chunk}-c`, reason: 'no_goal', network: 'meta' },
        ]);
      }
      await log.close({});
      const skips = await listRows(store, { statuses: ['skipped'] });
      const listed = (reason: string): string[] =>
        skips.flatMap((row) => (row.reason === reason ? row.eventId : []));
      const chunks = [5, 6, 7, 8, 9];
      expect(listed('organic')).toEqual(
        chunks.flatMap((chunk) => [`organic-${chunk}-a`, `organic-${chunk}-b`]),
      );
      expect(listed('no_goal')).toEqual(chunks.map((chunk) => `organic-${chunk}-c`));
      expect(listed('unmapped_goal')).toHaveLength(10);

      const count = (filter: LogFilter): Promise<number> =>
        read(store, (reader) => reader.countTrimmedSkips(filter));
      expect(await count({ statuses: ['skipped'] })).toBe(15);
      expect(await count({ statuses: ['skipped'], reasons: ['no_goal'] })).toBe(5);
      expect(await count({ statuses: ['skipped'], networks: ['meta'] })).toBe(5);
      expect(await count({ statuses: ['skipped'], sinceMs: Date.now() + 2 * HOUR_MS })).toBe(0);
      expect(await count({ statuses: ['success'] })).toBe(0);
      expect((await read(store, (reader) => reader.listKnownValues())).reasons).toContain(
        'organic',
      );

      const facts = await read(store, (reader) => {
        const period = { sinceMs: 0, untilMs: Date.now() + HOUR_MS, nowMs: Date.now() };
        return collect(reader.openFacts({ ...period, networks: [], goals: [] }).skipped());
      });
      const sums = new Map<string, number>();
      for (const { reason, count = 1 } of facts) sums.set(reason, (sums.get(reason) ?? 0) + count);
      expect(Object.fromEntries(sums)).toEqual({ organic: 20, no_goal: 10, unmapped_goal: 10 });
    });

    it('keeps no skip without a goal or network where none is wanted, and gives no number twice', async () => {
      const store = await make();
      const log = await openRun(store, 'send', { keepSkips: 0 });
      await read(store, async (reader) => {
        const follower = reader.follow({ statuses: ['skipped'] }, undefined);
        await collect(follower.look());
        await log.skip([SKIP]);
        await log.skip([
          { ...SKIP, reason: 'already_counted', goal: 'level-10', network: 'amazon' },
        ]);
        expect(await collect(follower.look())).toMatchObject([{ reason: 'already_counted' }]);
        await log.skip([SKIP]);
        await log.skip([{ ...SKIP, reason: 'too_old', goal: 'level-10', network: 'amazon' }]);
        expect(await collect(follower.look())).toMatchObject([{ reason: 'too_old' }]);
      });
      await log.close({});
    });
  });
}
