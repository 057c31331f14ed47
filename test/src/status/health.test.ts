import type { NetworkActivity } from '../../../src/log/network-activity.js';
import { expect, test } from 'vitest';
import type { Credentials } from '../../../src/accounts/credentials.js';
import { evaluateHealth } from '../../../src/status/health.js';
import { makeAmazonConnection } from '../../kit/amazon.js';

const IDLE: NetworkActivity = { delivered: 0, failed: 0, pending: 0, processing: 0, lost: 0 };
const [EARLY, LATE, LATER] = [1_000_000, 2_000_000, 3_000_000];

function credentials(parts: Partial<Credentials> = {}, connectedAtMs?: number): Credentials {
  const connectedAt =
    connectedAtMs === undefined ? {} : { connectedAt: new Date(connectedAtMs).toISOString() };
  return { connection: makeAmazonConnection(connectedAt), ...parts };
}

test.each<[string, Credentials, NetworkActivity | undefined, string]>([
  ['nothing was ever sent', credentials(), undefined, 'no_recent_activity'],
  ['only other networks are in the log', credentials(), IDLE, 'no_recent_activity'],
  ['delivered', credentials(), { ...IDLE, lastAttemptMs: LATE, lastDeliveryMs: LATE }, 'ok'],
  [
    'payloads refused, the grant is good',
    credentials(),
    { ...IDLE, lastAttemptMs: LATE, failed: 3 },
    'ok',
  ],
  [
    'the refresh token was refused',
    credentials({ refused: { atMs: LATE, status: 400 } }),
    undefined,
    'credential_failures',
  ],
  [
    'refused, whatever was delivered before',
    credentials({ refused: { atMs: LATER, status: 401 } }),
    { ...IDLE, lastAttemptMs: LATE, lastDeliveryMs: LATE },
    'credential_failures',
  ],
  [
    'the last attempt met a refusal',
    credentials(),
    { ...IDLE, lastAttemptMs: LATE, lastRefusalMs: LATE },
    'credential_failures',
  ],
  [
    'refused after a delivery',
    credentials(),
    { ...IDLE, lastAttemptMs: LATER, lastRefusalMs: LATER, lastDeliveryMs: LATE },
    'credential_failures',
  ],
  [
    'delivered after a refusal',
    credentials(),
    { ...IDLE, lastAttemptMs: LATER, lastRefusalMs: LATE, lastDeliveryMs: LATER },
    'ok',
  ],
  [
    'connected again after a refusal',
    credentials({}, LATER),
    { ...IDLE, lastAttemptMs: LATE, lastRefusalMs: LATE },
    'ok',
  ],
  [
    'refused again after that',
    credentials({}, EARLY),
    { ...IDLE, lastAttemptMs: LATE, lastRefusalMs: LATE },
    'credential_failures',
  ],
])('%s', (_name, held, activity, health) => {
  expect(evaluateHealth(held, activity)).toBe(health);
});
