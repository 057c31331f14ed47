import { Secret } from '../../../src/secret.js';
import type { Credentials } from '../../../src/accounts/credentials.js';

/** A stored Amazon connection whose access token is missing. */
export function makeCredentials(change: Partial<Credentials> = {}): Credentials {
  return {
    connection: {
      network: 'amazon',
      account: '12345678901234567890',
      accountName: 'Example Studio',
      region: 'eu',
      api: 'capi-v1',
      clientId: 'client-id',
      connectedAt: '2026-10-01T00:00:00.000Z',
      source: 'store',
    },
    clientSecret: new Secret('client-secret'),
    refreshToken: new Secret('Atzr|refresh'),
    ...change,
  };
}
