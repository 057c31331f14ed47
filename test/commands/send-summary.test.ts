import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/json.js';
import { SANDBOX_ACCOUNTS } from '../../src/sandbox/amazon/seed.js';
import { makeTcf } from '../kit/consent-strings.js';
import { ago, makeLine, PURCHASE_GOAL, TestWorkspace } from '../kit/test-workspace.js';
import { makeUuid } from '../kit/events.js';

const DAY_MS = 86_400_000;

const GOALS = [
  PURCHASE_GOAL,
  { ...PURCHASE_GOAL, id: 'off', name: 'Off', event: 'wishlist_add', enabled: false },
  { ...PURCHASE_GOAL, id: 'big', name: 'Big', event: 'sign_up', filters: ['score>10'] },
  { ...PURCHASE_GOAL, id: 'bare', name: 'Bare', event: 'email_acquired', map: {} },
];

interface Case {
  reason: string;
  /** `event`: it made no postback; `postback`: a network's own gate stopped one. */
  level: 'event' | 'postback';
  changes?: JsonObject;
  properties?: JsonObject;
}

const NO_IDENTIFIER = { email: undefined };

/** A line for each reason that one run at CAPI v1 can meet. */
const CAPI_V1: Case[] = [
  { reason: 'test_event', level: 'event', changes: { test: true } },
  { reason: 'consent_none', level: 'event', changes: { consentLevel: 'none' } },
  { reason: 'consent_unknown', level: 'event', changes: { consentLevel: undefined } },
  { reason: 'consent_unknown', level: 'event', changes: { consentLevel: 'not_set' } },
  {
    reason: 'organic',
    level: 'event',
    properties: { utm_source: undefined, utm_medium: undefined },
  },
  {
    reason: 'organic',
    level: 'event',
    properties: { utm_source: 'google', utm_medium: 'organic' },
  },
  { reason: 'other_network', level: 'event', properties: { utm_source: undefined, msclkid: 'm' } },
  { reason: 'not_connected', level: 'postback', properties: { ttclid: 'click' } },
  { reason: 'no_goal', level: 'event', changes: { eventName: 'game_launch' } },
  { reason: 'goal_disabled', level: 'event', changes: { eventName: 'wishlist_add' } },
  {
    reason: 'filter_not_met',
    level: 'event',
    changes: { eventName: 'sign_up' },
    properties: { score: 10 },
  },
  { reason: 'unmapped_goal', level: 'postback', changes: { eventName: 'email_acquired' } },
  { reason: 'too_old', level: 'postback', changes: { eventTimestamp: ago(7 * DAY_MS) } },
  { reason: 'too_old', level: 'postback', changes: { eventTimestamp: '1970-01-01T00:00:00Z' } },
  { reason: 'in_future', level: 'postback', changes: { eventTimestamp: ago(-DAY_MS) } },
  {
    reason: 'no_match_key',
    level: 'postback',
    properties: { ...NO_IDENTIFIER, aref: 'A1b2C3d4E5.1794945600000' },
  },
  { reason: 'no_match_key', level: 'postback', properties: { email: 'nobody' } },
  { reason: 'no_match_key', level: 'postback', properties: { ...NO_IDENTIFIER, match_id: 'M1' } },
  { reason: 'no_country', level: 'postback', properties: { country: undefined } },
  { reason: 'unsupported_currency', level: 'postback', properties: { currency: 'PLN' } },
  { reason: 'incomplete_event', level: 'postback', properties: { value: -1 } },
  { reason: 'incomplete_event', level: 'postback', properties: { value: '10000000000000' } },
];

/** What only the Events API asks, or takes otherwise. */
const EVENTS_API: Case[] = [
  { reason: 'eu_consent_missing', level: 'postback', properties: { country: 'DE' } },
  { reason: 'eu_consent_missing', level: 'postback', properties: { country: 'GB' } },
  { reason: 'unsupported_currency', level: 'postback', properties: { currency: 'XXX' } },
  { reason: 'too_old', level: 'postback', changes: { eventTimestamp: ago(8 * DAY_MS) } },
];

/** Sends that the Events API takes and CAPI v1 does not. */
const TAKEN: JsonObject[] = [
  { country: 'DE', tcf: makeTcf([1, 2, 3, 4, 7]) },
  { country: 'FR', amzn_user_data: 'GRANTED' },
  { currency: 'PLN' },
  { ...NO_IDENTIFIER, match_id: 'M1' },
];

function makeLines(cases: readonly Case[]): string[] {
  return cases.map(({ changes, properties }, index) => makeLine(index + 1, changes, properties));
}

function count(cases: readonly { reason: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of cases) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function amount(cases: readonly Case[], level: Case['level']): number {
  return cases.filter((one) => one.level === level).length;
}

describe('every reason is counted and in the log', () => {
  test('CAPI v1', async () => {
    const workspace = await TestWorkspace.create({ goals: GOALS });
    const good = makeLine(900);
    const lines = [
      ...makeLines(CAPI_V1),
      good,
      good,
      '',
      '   ',
      '{',
      makeLine(901, { type: 'screen' }),
    ];
    const summary = await workspace.send(lines.join('\n'), 3);
    expect(summary).toMatchObject({
      lines: CAPI_V1.length + 4,
      invalid: 1,
      events: CAPI_V1.length + 3,
      postbacks: amount(CAPI_V1, 'postback') + 2,
      delivered: 1,
      failed: 0,
      pending: 0,
      skipped: CAPI_V1.length + 1,
    });
    expect(summary.skips).toEqual({ ...count(CAPI_V1), duplicate: 1 });
    const rows = await workspace.logs('--all');
    // other_network names the network, incomplete_event the field.
    expect(rows.find(({ reason }) => reason === 'other_network')?.message).toContain('microsoft');
    const incomplete = rows.filter(({ reason }) => reason === 'incomplete_event');
    expect(incomplete).toMatchObject([{ field: 'value' }, { field: 'value' }]);
    expect(rows.filter((row) => row.reason !== 'incomplete_event' && 'field' in row)).toEqual([]);
    expect(rows.filter(({ status }) => status === 'skipped')).toHaveLength(CAPI_V1.length + 1);
    for (const [index, { reason }] of CAPI_V1.entries()) {
      const eventId = makeUuid(index + 1);
      expect(rows.filter((row) => row.eventId === eventId)).toMatchObject([
        { status: 'skipped', reason, http: null },
      ]);
    }
    expect(workspace.sandbox.state.received()).toBe(1);

    const again = await workspace.send(`${good}\n`, 0);
    expect(again).toMatchObject({
      postbacks: 1,
      delivered: 0,
      skipped: 1,
      skips: { duplicate: 1 },
    });
    expect(await workspace.logs('--all', '--reason', 'in_future,too_old')).toHaveLength(3);
    expect(await workspace.logs('--status', 'success')).toHaveLength(1);
    expect(await workspace.logs('--event-id', makeUuid(900), '--status', 'skipped')).toHaveLength(
      2,
    );
    expect(await workspace.logs()).toHaveLength(1);
  });

  test('the Events API', async () => {
    const mapping = { name: 'Purchase', type: 'OFF_AMAZON_PURCHASES', source: 'WEBSITE' };
    const goals = [{ ...PURCHASE_GOAL, map: { amazon: mapping } }];
    const workspace = await TestWorkspace.create({
      goals,
      env: { POSTBACK_AMAZON_API: 'events-api' },
    });
    const taken = TAKEN.map((properties, index) => makeLine(900 + index, {}, properties));
    const summary = await workspace.send([...makeLines(EVENTS_API), ...taken].join('\n'), 0);
    expect(summary).toMatchObject({
      delivered: TAKEN.length,
      skips: count(EVENTS_API),
      skipped: EVENTS_API.length,
    });
    expect(workspace.sandbox.state.conversions().map(({ api }) => api)).toEqual(
      TAKEN.map(() => 'events-api'),
    );

    const eu = { POSTBACK_AMAZON_REGION: 'eu', POSTBACK_AMAZON_ACCOUNT: SANDBOX_ACCOUNTS.eu };
    const european = await TestWorkspace.create({
      goals,
      env: { POSTBACK_AMAZON_API: 'events-api', ...eu },
    });
    const [refused, granted] = [makeLine(1), makeLine(2, {}, { amzn_user_data: 'DENIED' })];
    const inEurope = await european.send([refused, granted].join('\n'), 0);
    expect(inEurope).toMatchObject({ delivered: 1, skips: { eu_consent_missing: 1 } });
  });
});

describe('what the operator leaves out', () => {
  test('--network: the clicks of others are told apart from organic ones', async () => {
    const workspace = await TestWorkspace.create();
    const lines = [
      makeLine(1),
      makeLine(2, {}, { ttclid: 't' }),
      makeLine(3, {}, { utm_source: undefined }),
    ];
    const summary = await workspace.send(lines.join('\n'), 0, '--network', 'amazon');
    expect(summary).toMatchObject({
      postbacks: 1,
      delivered: 1,
      skips: { other_network: 1, organic: 1 },
      skipped: 2,
    });
  });

  test('--goal: the others do not exist', async () => {
    const workspace = await TestWorkspace.create({
      goals: [PURCHASE_GOAL, { ...PURCHASE_GOAL, id: 'twin', name: 'Twin' }],
    });
    expect(await workspace.send(makeLine(1), 0, '--goal', 'twin')).toMatchObject({
      postbacks: 1,
      delivered: 1,
    });
    // Another goal, another postback: the one that was left out is still to be sent.
    const rest = await workspace.send(makeLine(1), 0);
    expect(rest).toMatchObject({ postbacks: 2, delivered: 1, skips: { duplicate: 1 } });
    const ids = workspace.sandbox.state.conversions().map(({ dedupeId }) => dedupeId);
    expect(new Set(ids).size).toBe(2);
  });

  test('a disabled network: its postbacks are skipped, and sent when it is enabled again', async () => {
    const workspace = await TestWorkspace.create();
    const variables = Object.keys(workspace.env).filter((name) =>
      /_(REFRESH_TOKEN|REGION|ACCOUNT)$/.test(name),
    );
    const token = workspace.env['POSTBACK_AMAZON_REFRESH_TOKEN']!;
    const env = Object.fromEntries(variables.map((name) => [name, undefined]));
    const run = (args: string[], input = '') => workspace.run([...args, '--json'], { env, input });
    const connect = ['connect', 'amazon', '--token-stdin', '--account', SANDBOX_ACCOUNTS.na];
    expect((await run(connect, token)).code).toBe(0);
    expect((await run(['disable', 'amazon'])).code).toBe(0);
    const skipped = await run(['send', '-'], makeLine(1));
    expect([skipped.code, JSON.parse(skipped.stdout)]).toMatchObject([
      0,
      { postbacks: 1, skips: { network_disabled: 1 } },
    ]);
    expect((await run(['enable', 'amazon'])).code).toBe(0);
    const sent = await run(['send', '-'], makeLine(1));
    expect([sent.code, JSON.parse(sent.stdout)]).toMatchObject([0, { delivered: 1, skipped: 0 }]);
  });

  test('settings: consent.default, amazon.unsupportedCurrency, amazon.defaultCountry', async () => {
    const settings = {
      'consent.default': 'full',
      'amazon.unsupportedCurrency': 'count',
      'amazon.defaultCountry': 'CA',
    };
    const workspace = await TestWorkspace.create({ settings });
    const line = makeLine(1, { consentLevel: undefined }, { currency: 'PLN', country: undefined });
    expect(await workspace.send(line, 0)).toMatchObject({ delivered: 1 });
    const [conversion] = workspace.sandbox.state.conversions();
    expect(conversion!.event).toMatchObject({ countryCode: 'CA' });
    expect(conversion!.event).not.toHaveProperty('value');
  });
});
