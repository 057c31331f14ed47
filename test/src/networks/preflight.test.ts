import { expect, test } from 'vitest';
import type { Connection } from '../../../src/networks/network.js';
import { NETWORKS } from '../../../src/networks/registry.js';

const NOW_MS = Date.UTC(2026, 10, 25);

test.each(NETWORKS.map((network) => [network.name, network] as const))(
  '%s can be asked before it is sent to',
  async (name, network) => {
    const preflight = await network.loadPreflight?.();
    expect(preflight).toBeDefined();
    const connection: Connection = { network: name, account: '1', region: 'eu', source: 'store' };
    const origins = preflight!.origins(connection);
    expect(origins.length).toBeGreaterThan(0);
    for (const origin of origins) expect(new URL(origin).origin).toBe(origin);
    for (const { id, message } of preflight!.checkConfig?.(connection, NOW_MS) ?? []) {
      expect(id).toMatch(/^[a-z-]+$/);
      expect(message).toMatch(/^[A-Z].*\.$/);
    }
  },
);

const checkConfig = async (name: string, parts: Partial<Connection>) => {
  const preflight = await NETWORKS.find((network) => network.name === name)?.loadPreflight?.();
  const connection = { network: name, account: '1', source: 'store', ...parts } as Connection;
  return (preflight?.checkConfig?.(connection, NOW_MS) ?? []).map(
    ({ id, result }) => `${id} ${result}`,
  );
};

test("what ends is told: X's OAuth 1.0a, Google's grants of consent screens in testing, Amazon's missing scope", async () => {
  expect(await checkConfig('x', {})).toEqual(['api-version pass']);
  expect(await checkConfig('x', { clientId: 'key' })).toEqual(['api-version warn']);
  expect(await checkConfig('google', { connectedAt: '2026-11-24T00:00:00Z' })).toContain(
    'consent-screen warn',
  );
  expect(await checkConfig('google', { connectedAt: '2026-11-01T00:00:00Z' })).not.toContain(
    'consent-screen warn',
  );
  expect(await checkConfig('amazon', { scopes: ['profile'] })).toContain('scopes fail');
  expect(await checkConfig('amazon', { scopes: ['advertising::campaign_management'] })).toContain(
    'scopes pass',
  );
});
