import type { ConversionGoal } from '../../src/goals/goal.js';
import type { JsonObject } from '../../src/json.js';
import type { NetworkName } from '../../src/networks/names.js';
import { PROFILES } from '../../src/networks/profiles.js';
import { variablesOf } from '../../src/networks/profiles.js';
import { SANDBOX_SEEDS } from '../../src/sandbox/networks.js';
import { makeTemplateGoals } from '../../src/sandbox-workspace.js';

/** What makes an event a network's, and all that any of them requires of one. */
export const NETWORK_CLICKS: Readonly<Record<NetworkName, JsonObject>> = Object.fromEntries(
  PROFILES.map(({ name, syntheticProperties }) => [name, syntheticProperties]),
) as Record<NetworkName, JsonObject>;
Object.assign(NETWORK_CLICKS, {
  amazon: { utm_source: 'amazon_ads', utm_medium: 'amazon', aref: 'aB3dE6gH9j.1795032000000' },
  meta: { fbclid: 'IwAR-meta_Click' },
  tiktok: { ttclid: 'E.C.P.tiktok-click' },
  google: { gclid: 'Cj0KCQ-google_click' },
  reddit: { rdt_cid: '5f2b7c1e-reddit' },
  x: { twclid: '2-x-click' },
});

/** Where it happened, and who did it. */
export const VISIT = {
  page_url: 'https://game.example/shop',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
  ip: '203.0.113.7',
  country: 'US',
} as const;

/**
 * Returns the environment variables that connect `networks` to the sandbox at `url`.
 */
export function connectionVariables(
  url: string,
  networks: readonly NetworkName[] | 'all' = 'all',
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { POSTBACK_GATEWAY: url };
  for (const { connection, secrets } of SANDBOX_SEEDS) {
    if (networks !== 'all' && !networks.includes(connection.network)) continue;
    const { scopes: _scopes, testCode: _testCode, template: _template, ...rest } = connection;
    const { allowsPrivate: _allowsPrivate, ...described } = rest;
    const values: Readonly<Record<string, string | undefined>> = { ...described, ...secrets };
    const named = new Set<string>();
    for (const { suffix, field } of variablesOf(connection.network).rules) {
      // Two variables may stand for one field: the first does.
      const value = values[field];
      if (value === undefined || named.has(field)) continue;
      named.add(field);
      env[`POSTBACK_${connection.network.toUpperCase()}_${suffix}`] = value;
    }
  }
  return env;
}

/** The goals of the templates, mapped to what the sandbox has, counting every time. */
export function makeRepeatableGoals(): ConversionGoal[] {
  return makeTemplateGoals().map((goal) => ({ ...goal, trigger: 'repeatable' }));
}
