import { readFileSync } from 'node:fs';

import { describe, expect, it, test } from 'vitest';

import type { Plan } from '../../../src/delivery/plan.js';
import type { ConversionEvent } from '../../../src/events/conversion-event.js';
import { sha256Hex } from '../../../src/identity/hash.js';
import type { JsonObject } from '../../../src/json.js';
import { NETWORK_NAMES, type NetworkName } from '../../../src/networks/names.js';
import { SANDBOX_SEEDS } from '../../../src/sandbox/networks.js';
import { parseWithWarnings } from '../../kit/events.js';
import { profileOf } from '../../../src/networks/profiles.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../../kit/networks.js';
import { explainIn, planEvent, type TestPlanContext } from '../../kit/planning.js';
import { makePlanContext } from '../../kit/plan-context.js';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');
const EMAIL_HASH = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b';

function contextOf(fallback: 'not_set' | 'full' = 'not_set'): TestPlanContext {
  const others = SANDBOX_SEEDS.map(({ connection }) => ({
    ...connection,
    source: 'store' as const,
  })).filter(({ network }) => network !== 'amazon');
  return makePlanContext({
    goals: makeRepeatableGoals(),
    others,
    settings: { 'consent.default': fallback },
  });
}

function parse(record: JsonObject | string): ConversionEvent {
  const { parsed } = parseWithWarnings(
    typeof record === 'string' ? record : JSON.stringify(record),
    'auto',
  );
  if ('invalid' in parsed) throw new Error(JSON.stringify(parsed.invalid));
  return parsed.event;
}

function sample(name: string): ConversionEvent {
  return parse(
    readFileSync(new URL(`../../cases/input/${name}.jsonl`, import.meta.url), 'utf8').trim(),
  );
}

/** A purchase by a click of `network`, with whatever the network requires and who it was. */
function purchase(
  network: NetworkName,
  properties: JsonObject,
  changes: JsonObject = {},
): ConversionEvent {
  return parse({
    type: 'track',
    messageId: 'm-1',
    eventTimestamp: '2026-11-30T11:58:26Z',
    anonymousId: 'a-1',
    consentLevel: 'full',
    eventName: 'purchase',
    properties: {
      currency: 'USD',
      value: '9.99',
      email: 'test@example.com',
      ...VISIT,
      ...NETWORK_CLICKS[network],
      ...properties,
    },
    ...changes,
  });
}

function segment(network: NetworkName, integrations: JsonObject): ConversionEvent {
  return parse({
    type: 'track',
    event: 'Order Completed',
    messageId: 's-1',
    anonymousId: 'a-1',
    timestamp: '2026-11-30T11:58:26Z',
    properties: {
      order_id: 'T-1',
      revenue: 9.99,
      currency: 'USD',
      email: 'test@example.com',
      ...VISIT,
      ...NETWORK_CLICKS[network],
    },
    context: { consent: { categoryPreferences: { Advertising: true } } },
    integrations,
  });
}

function plan(event: ConversionEvent, planContext = contextOf()): Plan {
  return planEvent(event, planContext, NOW_MS);
}

/** Why nothing is sent, or `sent`. */
function outcome(event: ConversionEvent, planContext = contextOf()): string {
  const { outgoing, skips } = plan(event, planContext);
  return outgoing.length > 0 ? 'sent' : (skips[0]?.reason ?? 'nothing');
}

function bodyOf(event: ConversionEvent, network: NetworkName): string {
  const planContext = contextOf();
  const { outgoing } = plan(event, planContext);
  return String(planContext.routes.get(network)?.channel?.request(outgoing, 'token').body);
}

/** What each network is told of a person who opted out; others are told nothing at all. */
const LIMITS: Readonly<Partial<Record<NetworkName, string>>> = {
  amazon: '"dataProcessingOptions":"LIMITED_DATA_USE"',
  meta: '"data_processing_options":["LDU"]',
  tiktok: '"limited_data_use":true',
  google: '"adPersonalization":"CONSENT_DENIED"',
  reddit: '"modes":["LDU"]',
  pinterest: '"opt_out_type":"LDP"',
};

describe('the samples', () => {
  it('S01: obeys integrations All: false', () => {
    expect(plan(sample('S01')).skips).toMatchObject([
      { reason: 'consent_none', message: 'integrations.All refuses every destination' },
    ]);
  });

  it('S03: reads denied OneTrust ids, whatever the default', () => {
    expect(plan(sample('S03'), contextOf('full')).skips).toMatchObject([
      {
        reason: 'consent_none',
        message: expect.stringContaining('by context.consentManagement') as string,
      },
    ]);
  });

  it('S05: reads CONSENT_DENIED, and sends no user data', () => {
    const body = bodyOf(sample('S05'), 'google');
    expect(body).toContain('"adUserData":"CONSENT_DENIED"');
    expect(body).toContain('EAIaIQobChMI');
    expect(body).not.toContain('userIdentifiers');
  });

  it('S07: does not tell X of a person who opted out by GPP', () => {
    expect(plan(sample('S07')).skips).toMatchObject([{ reason: 'opted_out', network: 'x' }]);
  });

  it('S09: limits the use of data at Meta by us_privacy', () => {
    expect(bodyOf(sample('S09'), 'meta')).toContain(LIMITS.meta);
  });

  it('P09: keeps the country of a browser language apart', () => {
    const { identifiers } = sample('P09');
    expect(identifiers).toMatchObject({ countryByLanguage: 'US' });
    expect(identifiers.country).toBeUndefined();
  });
});

describe('K29: an opt-out under a law of the US', () => {
  const optOuts: JsonObject[] = [
    { gpp: 'DBABLA~BVQVAAAAAg.Y', gpp_sid: '7' },
    { gpp: 'DBABTA~1YYN' },
    { us_privacy: '1YYN' },
    { usp_string: '1NYN' },
    { gpc: true },
    { gpc: 1 },
    { gpc: '1' },
    { globalPrivacyControl: 'true' },
    { limited_data_use: 'yes' },
    { do_not_sell: true },
    { data_processing_options: ['LDU'] },
  ];
  const rows = NETWORK_NAMES.flatMap((network) =>
    optOuts.map((properties) => [network, properties] as const),
  );

  test.each(rows)('limits the use of data at %s, or sends nothing: %j', (network, properties) => {
    const limit = LIMITS[network];
    const event = purchase(network, properties);
    if (limit === undefined) expect(outcome(event)).toBe('opted_out');
    else expect(bodyOf(event, network)).toContain(limit);
  });

  test.each(NETWORK_NAMES)('limits nothing at %s where nobody opted out', (network) => {
    const signals = {
      gpp: 'DBABLA~BVQqAAAAAgA.QA',
      us_privacy: '1YNN',
      gpc: false,
      limited_data_use: 'no',
    };
    const body = bodyOf(purchase(network, signals), network);
    expect(body).not.toMatch(/LDU|LDP|LIMITED_DATA_USE|limited_data_use|CONSENT_DENIED/);
  });

  it('says by what in explain', () => {
    const { gates } = explainIn(purchase('x', { us_privacy: '1YYN' }), contextOf(), NOW_MS);
    expect(gates.find(({ gate }) => gate === 'consent')?.saw).toBe(
      'consentLevel full; us_privacy: opted out of sale: full by consentLevel; limited data use by us_privacy',
    );
  });
});

describe("K26: Segment's integrations", () => {
  const names: Readonly<Partial<Record<NetworkName, string[]>>> = {
    amazon: [
      'Amazon Ads',
      'Amazon Conversions API',
      'Amazon Conversions Api (Actions)',
      'Amazon Ads DSP and AMC (Actions)',
    ],
    meta: [
      ...[
        'Facebook Pixel',
        'Facebook Conversions API',
        'Facebook Conversions API (Actions)',
        'Facebook App Events',
      ],
      ...[
        'Facebook Offline Conversions',
        'Facebook Custom Audiences',
        'FACEBOOK_PIXEL',
        'Meta Conversions API',
      ],
    ],
    tiktok: [
      'TikTok Conversions',
      'TikTok Pixel',
      'TikTok Audiences',
      'Tiktok Ads',
      'TikTok Offline Conversions',
    ],
    google: [
      ...['Google Ads Conversions', 'Google Enhanced Conversions', 'Google AdWords New', 'AdWords'],
      ...[
        'Google Ads (Gtag)',
        'Google Ads (Classic)',
        'GOOGLE_ADWORDS_OFFLINE_CONVERSIONS',
        'Google Ads',
      ],
    ],
    reddit: ['Reddit Conversions API', 'Reddit Pixel', 'Reddit Conversions Api (Actions)'],
    x: ['Twitter Ads', 'X Ads', 'Twitter Ads (Actions)', 'X Conversions API', 'X'],
  };
  const rows = NETWORK_NAMES.flatMap((network) =>
    (names[network] ?? [profileOf(network).title]).map((name) => [network, name] as const),
  );

  test.each(rows)('refuses %s by the name %s, and no other network', (network, name) => {
    for (const no of [false, 'false', 0, 'no', 'denied']) {
      expect(outcome(segment(network, { All: true, [name]: no }))).toBe('consent_none');
    }
    const other = network === 'meta' ? 'google' : 'meta';
    expect(outcome(segment(other, { [name]: false }))).toBe('sent');
    expect(outcome(segment(network, { [name]: 'perhaps' }))).toBe('consent_unknown');
  });

  test.each(rows)('lets %s know by the name %s where all others are refused', (network, name) => {
    expect(outcome(segment(network, { All: false, [name]: true }))).toBe('sent');
    expect(outcome(segment(network, { All: false, [name]: { pixelId: '1' } }))).toBe('sent');
    const other = network === 'meta' ? 'google' : 'meta';
    expect(outcome(segment(other, { All: false, [name]: true }))).toBe('consent_none');
  });

  test.each([
    ...[
      'Google Analytics',
      'Google Analytics 4 Web',
      'Google Tag Manager',
      'Google Cloud PubSub',
      'Amazon S3',
    ],
    ...[
      'Amazon Kinesis',
      'AWS Lambda',
      'Metabase',
      'Mixpanel',
      'Dropbox Ads',
      'Braze',
      'Segment.io',
      'constructor',
    ],
  ])('takes %s for another system', (name) => {
    for (const network of NETWORK_NAMES)
      expect(outcome(segment(network, { [name]: false }))).toBe('sent');
  });

  it('K26: settings of a destination that switch it off refuse its network', () => {
    expect(outcome(segment('meta', { 'Facebook Pixel': { enabled: false } }))).toBe('consent_none');
    expect(outcome(segment('meta', { All: false, 'Facebook Pixel': { enabled: true } }))).toBe(
      'sent',
    );
    expect(outcome(segment('x', { 'X Audiences': false }))).toBe('consent_none');
  });

  it('lets the refusal win where one network has two names', () => {
    const integrations = { 'Facebook Pixel': false, 'Facebook Conversions API (Actions)': true };
    expect(outcome(segment('meta', integrations))).toBe('consent_none');
  });

  it('says which name decided', () => {
    const event = segment('meta', { 'Facebook Pixel': false });
    expect(plan(event).skips).toMatchObject([
      {
        reason: 'consent_none',
        network: 'meta',
        message: 'integrations["Facebook Pixel"] refuses meta',
      },
    ]);
    const { gates } = explainIn(event, contextOf(), NOW_MS);
    expect(gates.filter(({ gate }) => gate === 'consent').map(({ saw }) => saw)).toEqual([
      'context.consent.categoryPreferences: Advertising granted (full): full by context.consent.categoryPreferences',
      'integrations["Facebook Pixel"] refuses meta',
    ]);
  });
});

describe('K04: the country of a language', () => {
  const german = (properties: JsonObject): ConversionEvent =>
    parse({
      type: 'track',
      event: 'Order Completed',
      messageId: 's-1',
      anonymousId: 'a-1',
      timestamp: '2026-11-30T11:58:26Z',
      properties: {
        revenue: 9.99,
        currency: 'USD',
        email: 'test@example.com',
        ...NETWORK_CLICKS.amazon,
        ...properties,
      },
      context: { locale: 'de-DE', consent: { categoryPreferences: { Advertising: true } } },
    });
  const goals = makeRepeatableGoals().map((goal) => ({
    ...goal,
    map: { amazon: { name: 'Purchase', type: 'OFF_AMAZON_PURCHASES', source: 'WEBSITE' } },
  }));
  const eventsApi = (): TestPlanContext =>
    makePlanContext({ goals, amazon: { api: 'events-api', region: 'na' } });

  it('asks for no consent signal by itself, and is what Amazon is told where nothing else is known', () => {
    const planContext = eventsApi();
    const { outgoing } = plan(german({}), planContext);
    expect(
      String(planContext.routes.get('amazon')?.channel?.request(outgoing, 't').body),
    ).toContain('"countryCode":"DE"');
    expect(outcome(german({ country: 'DE' }), eventsApi())).toBe('eu_consent_missing');
  });

  it('completes no phone number', () => {
    const { outgoing } = plan(german({ phone: '07911 123456' }), eventsApi());
    const facts = JSON.stringify(outgoing[0]?.postback.facts);
    expect(facts).toContain(EMAIL_HASH);
    expect(facts).not.toContain(sha256Hex('497911123456'));
  });
});
