import { describe, expect, it } from 'vitest';

import { resolveOutcomes } from '../../../src/delivery/resolve-outcomes.js';
import type { OutcomeRules } from '../../../src/delivery/resolve-outcomes.js';
import type { Outcome, OutcomeKind } from '../../../src/networks/network.js';
import { LIMITS, makeBatch, makeItem } from './items.js';

const NOW_MS = Date.now();
const RULES: OutcomeRules = {
  nowMs: NOW_MS,
  maxAttempts: 5,
  channel: { limits: LIMITS },
  random: { unit: () => 0.5, bytes: (size) => Buffer.alloc(size) },
  isStopped: false,
  isPersistent: false,
};

function outcome(kind: OutcomeKind): Outcome {
  return { kind, reason: `for ${kind}` };
}

describe('sortVerdict', () => {
  it.each<[OutcomeKind, status: string, rowState: string | undefined, again: number]>([
    ['delivered', 'success', undefined, 0],
    ['processing', 'accepted', 'pending', 0],
    ['transient', 'retried', undefined, 1],
    ['throttled', 'retried', undefined, 1],
    ['unknown', 'retried', undefined, 1],
    ['credential', 'failed', 'pending', 0],
    ['configuration', 'failed', 'failed', 0],
    ['payload', 'failed', 'failed', 0],
    ['expired', 'failed', 'failed', 0],
  ])('%s: %s, %s', (kind, status, rowState, again) => {
    const sorted = resolveOutcomes(makeBatch([makeItem(1)]), { outcomes: [outcome(kind)] }, RULES);
    expect(sorted.verdicts).toEqual([
      { status, outcome: outcome(kind), ...(rowState ? { rowState } : {}) },
    ]);
    expect(sorted.again).toHaveLength(again);
  });

  it('sends again only those that need it, with one more attempt counted', () => {
    const items = [1, 2, 3, 4].map((number) => makeItem(number, { tries: 1 }));
    const kinds: OutcomeKind[] = ['delivered', 'transient', 'payload', 'unknown'];
    const { verdicts, again } = resolveOutcomes(
      makeBatch(items),
      { outcomes: kinds.map(outcome) },
      RULES,
    );
    expect(verdicts.map(({ status }) => status)).toEqual([
      'success',
      'retried',
      'failed',
      'retried',
    ]);
    expect(again).toMatchObject([
      { items: [{ tries: 2 }, { tries: 2 }], notBeforeMs: NOW_MS + 1_000 },
    ]);
    expect(again[0]?.items.map(({ entry }) => entry.attempts)).toEqual([2, 2]);
    expect(again[0]?.items.map(({ outgoing }) => outgoing)).toEqual([
      items[1]?.outgoing,
      items[3]?.outgoing,
    ]);
  });

  it('takes what the verdict forgets as not mentioned', () => {
    const { verdicts, again } = resolveOutcomes(
      makeBatch([makeItem(1), makeItem(2)]),
      { outcomes: [outcome('delivered')] },
      RULES,
    );
    expect(verdicts[1]).toMatchObject({
      status: 'retried',
      outcome: { kind: 'unknown', reason: 'not_in_answer' },
    });
    expect(again[0]?.items).toHaveLength(1);
  });

  it.each<
    [what: string, rules: Partial<OutcomeRules>, tries: number, retryAfterMs: number | undefined]
  >([
    ['its attempts are used up', {}, 4, undefined],
    ['one attempt is all there is', { maxAttempts: 1 }, 0, undefined],
    ['the account queue has stopped', { isStopped: true }, 0, undefined],
    ['the network asks for more than a minute', {}, 0, 61_000],
  ])('leaves it pending where %s', (_what, rules, tries, retryAfterMs) => {
    const verdict = {
      outcomes: [outcome('throttled')],
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
    const sorted = resolveOutcomes(makeBatch([makeItem(1, { tries })]), verdict, {
      ...RULES,
      ...rules,
    });
    expect(sorted).toMatchObject({
      verdicts: [{ status: 'retried', rowState: 'pending' }],
      again: [],
    });
  });

  it('ends what could only be tried again after its deadline, and says what the last answer was', () => {
    const items = [7, 8].map((number) =>
      makeItem(number, { eventTimeMs: NOW_MS - LIMITS.windowMs + 400 }),
    );
    const shared = { kind: 'transient', reason: 'http_500', message: 'try later' } as const;
    const { verdicts, again } = resolveOutcomes(
      makeBatch([...items, makeItem(9)]),
      { outcomes: [shared, shared, shared] },
      RULES,
    );
    expect(verdicts.map(({ rowState }) => rowState)).toEqual(['failed', 'failed', undefined]);
    expect(verdicts[0]?.outcome).toMatchObject({ kind: 'expired', reason: 'too_old' });
    expect(verdicts[0]?.outcome.message).toMatch(/http_500: try later/);
    expect(verdicts[1]?.outcome).toBe(verdicts[0]?.outcome);
    expect(again).toMatchObject([{ items: [{ entry: { attempts: 1 } }] }]);
  });

  it('waits as long as the network asks', () => {
    const verdict = { outcomes: [outcome('throttled')], retryAfterMs: 30_000 };
    const { again } = resolveOutcomes(makeBatch([makeItem(1)]), verdict, RULES);
    expect(again[0]?.notBeforeMs).toBe(NOW_MS + 30_000);
  });

  describe('a batch that was refused because of some', () => {
    const outcomes = ['payload', 'payload', 'configuration', 'payload'].map((kind) =>
      outcome(kind as OutcomeKind),
    );
    const verdict = { outcomes, rejectedIndexes: [1, 2] };
    const items = [0, 1, 2, 3].map((number) => makeItem(number, { tries: 2 }));

    it('is final for those, and the others go again at once', () => {
      const { verdicts, again } = resolveOutcomes(makeBatch(items), verdict, RULES);
      expect(
        verdicts.map(({ rowState, outcome: { kind } }) => `${rowState ?? 'again'} ${kind}`),
      ).toEqual(['again unknown', 'failed payload', 'failed configuration', 'again unknown']);
      expect(verdicts[0]?.outcome).toBe(verdicts[3]?.outcome);
      expect(again).toMatchObject([{ notBeforeMs: NOW_MS, items: [{ tries: 2 }, { tries: 2 }] }]);
      expect(again[0]?.items.map(({ outgoing }) => outgoing)).toEqual([
        items[0]?.outgoing,
        items[3]?.outgoing,
      ]);
    });

    it('leaves the others pending when the account queue has stopped', () => {
      const { verdicts, again } = resolveOutcomes(makeBatch(items), verdict, {
        ...RULES,
        isStopped: true,
      });
      expect(verdicts.map(({ rowState }) => rowState)).toEqual([
        'pending',
        'failed',
        'failed',
        'pending',
      ]);
      expect(again).toEqual([]);
    });

    it('tries again what was named and may pass', () => {
      const transient = { outcomes: items.map(() => outcome('transient')), rejectedIndexes: [0] };
      const { again } = resolveOutcomes(makeBatch(items), transient, RULES);
      expect(again.map((batch) => batch.items.map(({ tries }) => tries))).toEqual([[2, 2, 2], [3]]);
    });

    it('goes by the outcomes where nobody is named', () => {
      const { verdicts } = resolveOutcomes(
        makeBatch(items),
        { outcomes, rejectedIndexes: [] },
        RULES,
      );
      expect(verdicts.map(({ rowState }) => rowState)).toEqual([
        'failed',
        'failed',
        'failed',
        'failed',
      ]);
    });
  });

  describe('a batch that was refused whole', () => {
    const verdict = {
      outcomes: [outcome('payload'), outcome('payload'), outcome('payload')],
      split: true,
    };

    it('goes again in halves at once, which costs no attempt', () => {
      const items = [1, 2, 3].map((number) => makeItem(number, { tries: 2 }));
      const { verdicts, again } = resolveOutcomes(makeBatch(items), verdict, RULES);
      expect(verdicts.map(({ status, rowState }) => [status, rowState])).toEqual(
        Array.from({ length: 3 }, () => ['retried', undefined]),
      );
      expect(
        again.map((half) => half.items.map(({ outgoing }) => outgoing.postback.eventId)),
      ).toEqual([
        items.slice(0, 2).map(({ outgoing }) => outgoing.postback.eventId),
        items.slice(2).map(({ outgoing }) => outgoing.postback.eventId),
      ]);
      expect(again.flatMap((half) => half.items.map(({ tries }) => tries))).toEqual([2, 2, 2]);
      expect(again.every(({ notBeforeMs }) => notBeforeMs === NOW_MS)).toBe(true);
    });

    it('stays pending when the account queue has stopped, because the bad event is unknown', () => {
      const items = [1, 2, 3].map((number) => makeItem(number));
      const { verdicts, again } = resolveOutcomes(makeBatch(items), verdict, {
        ...RULES,
        isStopped: true,
      });
      expect(verdicts.map(({ rowState }) => rowState)).toEqual(['pending', 'pending', 'pending']);
      expect(again).toEqual([]);
    });

    it('of one is final', () => {
      const { verdicts, again } = resolveOutcomes(makeBatch([makeItem(1)]), verdict, RULES);
      expect([verdicts[0]?.rowState, again]).toEqual(['failed', []]);
    });
  });
});
