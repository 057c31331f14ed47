import { expect, test } from 'vitest';
import type { NetworkStatus } from '../../../src/status/network-status.js';
import { findNextSteps, type Stage } from '../../../src/status/next-steps.js';

function status(parts: Partial<NetworkStatus> = {}): NetworkStatus {
  return {
    network: 'amazon',
    title: 'Amazon Ads',
    connected: true,
    enabled: true,
    account: '1',
    accountName: null,
    region: 'na',
    api: 'capi-v1',
    source: 'store',
    connectedAt: null,
    tokenAgeMs: null,
    grantExpiresAt: null,
    goalsMapped: 1,
    goalsActive: 1,
    delivered24h: 5,
    failed: 0,
    failed24h: 0,
    pending: 0,
    processing: 0,
    lastDelivery: '2026-11-20T10:00:00Z',
    health: 'ok',
    ...parts,
  };
}

const refused = status({
  health: 'credential_failures',
  problem: 'Refused.',
  next: 'postback connect amazon',
});

test.each<[string, NetworkStatus[], number, Stage, string]>([
  [
    'a newcomer',
    [status({ connected: false, enabled: false })],
    0,
    'not_connected',
    'postback demo',
  ],
  [
    'connected, no goal',
    [status({ goalsActive: 0, goalsMapped: 0 })],
    0,
    'no_goals',
    'postback goals add',
  ],
  [
    'all goals disabled',
    [status({ goalsActive: 0, goalsMapped: 0 })],
    2,
    'no_goals',
    'postback goals list',
  ],
  ['nothing mapped', [status({ goalsMapped: 0 })], 1, 'nothing_mapped', 'postback map'],
  ['switched off', [status({ enabled: false })], 1, 'not_connected', 'postback enable amazon'],
  ['a refused grant comes first', [refused], 1, 'grant_refused', 'postback connect amazon'],
  [
    'failures wait',
    [status({ failed: 2, failed24h: 2, pending: 3 })],
    1,
    'failures_waiting',
    'postback logs --status failed',
  ],
  [
    'postbacks wait',
    [status({ pending: 3 })],
    1,
    'postbacks_waiting',
    'postback replay --state pending --all',
  ],
  [
    'postbacks wait for another account',
    [status({ pending: 3, otherAccounts: { '42': 3 } })],
    1,
    'postbacks_waiting',
    'postback replay --state pending --all --account-changed',
  ],
  [
    'some wait for another account',
    [status({ pending: 4, otherAccounts: { '42': 3 } })],
    1,
    'postbacks_waiting',
    'postback replay --state pending --all',
  ],
  [
    'nothing sent yet',
    [status({ lastDelivery: null, delivered24h: 0 })],
    1,
    'nothing_sent',
    'postback send FILE --dry-run',
  ],
  [
    'the network decides',
    [status({ processing: 4 })],
    1,
    'processing',
    'postback replay --state pending --all',
  ],
  [
    'C6: failures of an earlier day are named, not called well',
    [status({ failed: 2 })],
    1,
    'well',
    'postback logs --status failed --since 30d',
  ],
  [
    'C6: a network where an active goal is not mapped',
    [
      status(),
      status({
        network: 'x',
        goalsActive: 2,
        goalsMapped: 1,
        problem: '1 active goal is not mapped here.',
      }),
    ],
    1,
    'attention',
    'postback status',
  ],
  [
    'a network of the sandbox that nobody tried',
    [status(), status({ source: 'sandbox', health: 'no_recent_activity', problem: 'Not mapped.' })],
    1,
    'well',
    'postback status',
  ],
  ['well', [status()], 1, 'well', 'postback status'],
  [
    'one network is enough',
    [status(), status({ network: 'x', goalsMapped: 0 })],
    1,
    'well',
    'postback status',
  ],
])('%s', (_name, networks, goals, stage, first) => {
  const found = findNextSteps({
    networks,
    goals,
    refused: networks.filter(({ health }) => health === 'credential_failures'),
  });
  expect([found.stage, found.steps[0]?.command]).toEqual([stage, first]);
  expect(found.message).toMatch(/^[A-Z0-9].*\.$/);
  for (const { command, why } of found.steps) {
    expect(command).toMatch(/^postback [a-z]/);
    expect(why).not.toBe('');
  }
});

test('numbers are spoken of as people do', () => {
  const sayFor = (pending: number) =>
    findNextSteps({ networks: [status({ pending })], goals: 1, refused: [] }).message;
  expect([sayFor(1), sayFor(2)]).toEqual(['1 postback is pending.', '2 postbacks are pending.']);
});

test('46: pending postbacks are named with the earliest deadline', () => {
  const networks = ['2026-12-02T05:00:00Z', '2026-12-01T17:00:00Z'].map((deadline) =>
    status({ pending: 1, deadline }),
  );
  expect(findNextSteps({ networks, goals: 1, refused: [] }).message).toBe(
    '2 postbacks are pending. The first can be sent until 2026-12-01T17:00:00Z.',
  );
});

test('C6: a last run that skipped everything is not well', () => {
  const unsent = {
    run: 'r',
    command: 'send',
    ended: '2026-11-20T10:00:00Z',
    problem: 'The last run (send) sent nothing. All 40 were skipped: consent_unknown 40.',
    next: 'postback logs --status skipped',
  };
  const { stage, message } = findNextSteps({ networks: [status()], goals: 1, refused: [], unsent });
  expect(stage).toBe('all_skipped');
  expect(message).toBe(unsent.problem);
  const late = { ...unsent, next: 'postback doctor' };
  const { steps } = findNextSteps({ networks: [status()], goals: 1, refused: [], unsent: late });
  expect(steps[0]).toEqual({ command: 'postback doctor', why: 'check the clock' });
});
