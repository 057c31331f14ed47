import { beforeEach, describe, expect, it } from 'vitest';

import { Tally, waitingKindOf } from '../../../src/delivery/tally.js';
import type { OutcomeKind, SkipReason } from '../../../src/networks/network.js';

let tally: Tally;
beforeEach(() => {
  tally = new Tally({ run: 'r', command: 'send', workspace: 'game' });
});

describe('a tally', () => {
  it('begins with the whole summary, all counts zero', () => {
    expect(tally.summary).toEqual({
      ...{ run: 'r', command: 'send', workspace: 'game', accounts: {}, durationMs: 0 },
      ...{
        lines: 0,
        invalid: 0,
        events: 0,
        postbacks: 0,
        delivered: 0,
        failed: 0,
        pending: 0,
        skipped: 0,
      },
      skips: {},
      failures: { configuration: 0, payload: 0, expired: 0 },
      waiting: { transient: 0, throttled: 0, credential: 0, processing: 0, stopped: 0 },
      networks: {},
      warnings: {},
    });
  });

  it.each<[reason: SkipReason, isPostback: boolean]>([
    ['consent_none', false],
    ['consent_unknown', false],
    ['suppressed', false],
    ['organic', false],
    ['other_network', false],
    ['no_goal', false],
    ['goal_disabled', false],
    ['filter_not_met', false],
    ['duplicate', true],
    ['already_counted', true],
    ['not_connected', true],
    ['network_disabled', true],
    ['unmapped_goal', true],
    ['too_old', true],
    ['in_future', true],
    ['no_match_key', true],
    ['no_country', true],
    ['eu_consent_missing', true],
    ['unsupported_currency', true],
    ['incomplete_event', true],
  ])('counts %s once; as a postback: %s', (reason, isPostback) => {
    tally.skip(reason, 'amazon');
    expect(tally.summary).toMatchObject({
      skipped: 1,
      skips: { [reason]: 1 },
      postbacks: isPostback ? 1 : 0,
    });
    expect(tally.summary.networks).toEqual(
      isPostback
        ? { amazon: { delivered: 0, failed: 0, pending: 0, skipped: 1, requests: 0 } }
        : {},
    );
  });

  it.each<[OutcomeKind, 'configuration' | 'payload' | 'expired']>([
    ['configuration', 'configuration'],
    ['expired', 'expired'],
    ['payload', 'payload'],
  ])('books a failure by %s as %s', (kind, booked) => {
    tally.plan('amazon');
    tally.fail('amazon', kind);
    expect(tally.summary).toMatchObject({ postbacks: 1, failed: 1, failures: { [booked]: 1 } });
    expect(tally.summary.networks.amazon).toMatchObject({ failed: 1 });
  });

  it('adds up', () => {
    tally.plan('amazon', 10);
    tally.request('amazon');
    tally.deliver('amazon', 6);
    tally.fail('amazon', 'payload');
    tally.wait('amazon', 'throttled', 2);
    tally.unplan('amazon');
    tally.skip('duplicate', 'amazon', true);
    const { delivered, failed, pending, skipped, postbacks, networks } = tally.summary;
    expect(delivered + failed + pending + skipped).toBe(postbacks);
    expect(networks).toEqual({
      amazon: { delivered: 6, failed: 1, pending: 2, skipped: 1, requests: 1 },
    });
  });

  it.each<[OutcomeKind | 'stopped', string]>([
    ['transient', 'transient'],
    ['unknown', 'transient'],
    ['payload', 'transient'],
    ['throttled', 'throttled'],
    ['credential', 'credential'],
    ['processing', 'processing'],
    ['stopped', 'stopped'],
  ])('what waits after %s waits as %s', (kind, waiting) => {
    expect(waitingKindOf(kind)).toBe(waiting);
  });
});
