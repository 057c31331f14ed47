import { describe, expect, test } from 'vitest';
import { testRandom } from '../../../kit/seeded-random.js';
import { GrantStore } from '../../../../src/sandbox/oauth/grant-store.js';
import { RunClock } from '../test-sandbox.js';

const SHAPE = { prefix: 'at-', length: 20, encoding: 'base64url', suffix: '.x' } as const;
const HEX = { length: 15, encoding: 'hex' } as const;
const CONSENT = { clientId: 'app', user: 'one', scopes: ['read'] };

function openStore() {
  const clock = new RunClock();
  const store = new GrantStore({ clock, random: testRandom }, [
    { ...CONSENT, user: 'all', refreshToken: 'rt-seeded' },
    { user: 'one', accessTokens: ['pasted-1', 'pasted-2'] },
  ]);
  return { clock, store };
}

describe('the store of grants', () => {
  test('draws tokens of the form that a network has', () => {
    const { store } = openStore();
    const grant = store.addGrant({ ...CONSENT, isRenewable: true });
    expect(store.issueAccessToken(grant, SHAPE, 1000)).toMatch(/^at-[\w-]{20}\.x$/);
    expect(store.issueRefreshToken(grant, HEX)).toMatch(/^[0-9a-f]{15}$/);
  });

  test('an access token ends with its time, with its grant, and by revocation', () => {
    const { clock, store } = openStore();
    const grant = store.addGrant({ ...CONSENT, isRenewable: true }, 5000);
    const short = store.issueAccessToken(grant, SHAPE, 1000);
    const long = store.issueAccessToken(grant, SHAPE, 60_000);
    clock.nowMs += 999;
    expect(store.findAccess(short)).toBe(grant);
    clock.nowMs += 1;
    expect([store.look(short)?.state, store.look(long)?.state]).toEqual(['expired', 'good']);
    clock.nowMs += 4000;
    expect(store.look(long)?.state).toBe('expired');
    store.revoke(long);
    expect([store.look(short)?.state, store.look(long)?.state]).toEqual(['revoked', 'revoked']);
  });

  test('a refresh token is good for its own client, and revokes the grant that it belongs to', () => {
    const { store } = openStore();
    expect(store.findRefresh('rt-seeded', 'other')).toBeUndefined();
    expect(store.findRefresh('rt-seeded', 'app')?.user).toBe('all');
    store.revoke('rt-seeded');
    expect(store.findRefresh('rt-seeded', 'app')).toBeUndefined();
    expect(store.findAccess('pasted-1')?.user).toBe('one');
  });

  test('restoring brings back what nothing could renew, and no token that a refresh replaces', () => {
    const { store } = openStore();
    const grant = store.addGrant({ ...CONSENT, isRenewable: true });
    const renewed = store.issueAccessToken(grant, SHAPE, 1000);
    store.expire(renewed);
    store.expire('pasted-1');
    expect([renewed, 'pasted-1', 'pasted-2'].map((text) => store.look(text)?.state)).toEqual([
      'expired',
      'expired',
      'good',
    ]);
    store.restore();
    expect([renewed, 'pasted-1'].map((text) => store.look(text)?.state)).toEqual([
      'expired',
      'good',
    ]);
    store.revoke();
    expect(store.look('pasted-2')?.state).toBe('revoked');
    store.restore();
    expect(store.look('pasted-2')?.state).toBe('good');
  });
});
