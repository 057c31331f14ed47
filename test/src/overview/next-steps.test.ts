import { expect, test } from 'vitest';
import type { NetworkStatus } from '../../../src/overview/network-status.js';
import { findNextSteps, type Stage } from '../../../src/overview/next-steps.js';

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
    failed24h: 0,
    pending: 0,
    processing: 0,
    lastDelivery: '2026-11-20T10:00:00Z',
    health: 'ok',
    ...parts,
  };
}

const refused = status({ health: 'credential_failures', problem: 'Refused.', next: 'postback connect amazon' });

test.each<[string, NetworkStatus[], number, Stage, string]>([
  ['a newcomer', [status({ connected: false, enabled: false })], 0, 'not_connected', 'postback demo'],
  ['connected, no goal', [status({ goalsActive: 0, goalsMapped: 0 })], 0, 'no_goals', 'postback goals add'],
  ['all goals disabled', [status({ goalsActive: 0, goalsMapped: 0 })], 2, 'no_goals', 'postback goals list'],
  ['nothing mapped', [status({ goalsMapped: 0 })], 1, 'nothing_mapped', 'postback map'],
  ['switched off', [status({ enabled: false })], 1, 'not_connected', 'postback enable amazon'],
  ['a refused grant comes first', [refused], 1, 'grant_refused', 'postback connect amazon'],
  ['failures wait', [status({ failed24h: 2, pending: 3 })], 1, 'failures_waiting', 'postback logs --status failed'],
  ['postbacks wait', [status({ pending: 3 })], 1, 'postbacks_waiting', 'postback replay --state pending --all'],
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
  ['the network decides', [status({ processing: 4 })], 1, 'processing', 'postback replay --state pending --all'],
  ['well', [status()], 1, 'well', 'postback status'],
  ['one network is enough', [status(), status({ network: 'x', goalsMapped: 0 })], 1, 'well', 'postback status'],
])('%s', (_name, networks, goals, stage, first) => {
  const found = findNextSteps({ networks, goals, refused: networks.filter(({ problem }) => problem !== undefined) });
  expect([found.stage, found.steps[0]?.command]).toEqual([stage, first]);
  expect(found.message).toMatch(/^[A-Z0-9].*\.$/);
  for (const { command, why } of found.steps) {
    expect(command).toMatch(/^postback [a-z]/);
    expect(why).not.toBe('');
  }
});

test('numbers are spoken of as people do', () => {
  const sayFor = (pending: number) => findNextSteps({ networks: [status({ pending })], goals: 1, refused: [] }).message;
  expect([sayFor(1), sayFor(2)]).toEqual(['1 postback waits to be sent.', '2 postbacks wait to be sent.']);
});
