import { existsSync } from 'node:fs';
import fc from '../../kit/property.js';
import { describe, expect, it, test } from 'vitest';
import { explainInvalid, type Explanation } from '../../../src/delivery/explain.js';
import type { ConversionEvent } from '../../../src/events/conversion-event.js';
import { readAudienceMessage } from '../../../src/events/formats/audience.js';
import type { JsonObject } from '../../../src/json.js';
import { makeGpp, makeTcf } from '../../kit/consent-strings.js';
import { makePurchase } from '../../kit/events.js';
import { explainIn, planEvent } from '../../kit/planning.js';
import { makePlanContext, type PlanContextOptions, PURCHASE } from '../../kit/plan-context.js';

const NOW_MS = Date.parse('2026-11-19T00:00:00Z');
const DAY_MS = 86_400_000;

interface Case {
  changes?: JsonObject;
  properties?: JsonObject;
  planContext?: PlanContextOptions;
}

function makeEvent({ changes, properties }: Case): ConversionEvent {
  return readAudienceMessage(makePurchase(changes, properties));
}

function explain(one: Case): Explanation {
  return explainIn(makeEvent(one), makePlanContext(one.planContext), NOW_MS);
}

const EVENT_GATES = [
  'event',
  'conversion',
  'test',
  'consent',
  'suppression',
  'attribution',
  'goal',
];
const ALL_GATES = [
  ...EVENT_GATES,
  'duplicate',
  'connection',
  'mapping',
  'window',
  'network',
  'once',
];

const NO_KEY = { email: undefined };
const OFF = { ...PURCHASE, enabled: false };
const BIG = { ...PURCHASE, filters: ['value>10'] };
const ELSEWHERE = {
  ...PURCHASE,
  id: 'elsewhere',
  event: 'sign_up',
  testMap: { amazon: '1234567893' },
};
const EVENTS_API = {
  goals: [
    {
      ...PURCHASE,
      map: { amazon: { name: 'Purchase', type: 'OFF_AMAZON_PURCHASES', source: 'WEBSITE' } },
    },
  ],
  amazon: { api: 'events-api' },
};

/** Every reason that stops an event, with the gate and what of its words is telling. */
const STOPS: [gate: string, reason: string, saw: string, one: Case][] = [
  ['conversion', 'no_conversion', 'type page', { changes: { type: 'page', eventName: undefined } }],
  ['test', 'test_event', 'test true', { changes: { test: true } }],
  [
    'mapping',
    'test_event',
    'no test mapping',
    { changes: { test: true }, planContext: { goals: [PURCHASE, ELSEWHERE] } },
  ],
  ['consent', 'consent_none', 'consentLevel none', { changes: { consentLevel: 'none' } }],
  [
    'consent',
    'consent_none',
    'consentLevel full; tcf: no purpose is consented to: none by tcf',
    { properties: { tcf: makeTcf([]) } },
  ],
  [
    'consent',
    'consent_unknown',
    'no consentLevel, and consent.default is not_set',
    { changes: { consentLevel: undefined } },
  ],
  [
    'consent',
    'consent_unknown',
    'gpp is not understood: its header does not match its sections',
    { changes: { consentLevel: undefined }, properties: { gpp: 'DBABM' } },
  ],
  [
    'suppression',
    'suppressed',
    'those erased',
    { planContext: { memory: { isSuppressed: () => true } } },
  ],
  [
    'attribution',
    'organic',
    'no click',
    { properties: { utm_source: undefined, utm_medium: undefined } },
  ],
  [
    'attribution',
    'organic',
    'utm_medium "email"',
    { properties: { utm_source: 'reddit', utm_medium: 'email' } },
  ],
  ['attribution', 'other_network', 'msclkid belongs to other', { properties: { msclkid: 'm-1' } }],
  [
    'attribution',
    'other_network',
    'ttclid belongs to tiktok',
    { properties: { ttclid: 't' }, planContext: { only: ['amazon'] } },
  ],
  ['goal', 'no_goal', 'event "refund"', { changes: { eventName: 'refund' } }],
  ['goal', 'goal_disabled', 'event "purchase"', { planContext: { goals: [OFF] } }],
  ['goal', 'filter_not_met', 'value 9.99 USD', { planContext: { goals: [BIG] } }],
  [
    'duplicate',
    'duplicate',
    'in the log already',
    { planContext: { postbackState: () => 'known' } },
  ],
  ['connection', 'not_connected', 'amazon is not connected', { planContext: { amazon: 'none' } }],
  ['connection', 'not_connected', 'tiktok is not connected', { properties: { ttclid: 't' } }],
  ['connection', 'network_disabled', 'amazon is disabled', { planContext: { amazon: 'off' } }],
  [
    'mapping',
    'unmapped_goal',
    'no mapping',
    { planContext: { goals: [{ ...PURCHASE, map: {} }] } },
  ],
  [
    'window',
    'too_old',
    'can be sent until 2026-11-08T',
    { changes: { eventTimestamp: '2026-11-01T00:00:00Z' } },
  ],
  [
    'window',
    'in_future',
    'event of 2026-11-20T',
    { changes: { eventTimestamp: '2026-11-20T00:00:00Z' } },
  ],
  ['network', 'no_match_key', 'no identifier; country US', { properties: NO_KEY }],
  [
    'network',
    'no_match_key',
    'email left out, because the consent is anonymous',
    { changes: { consentLevel: 'anonymous' } },
  ],
  ['network', 'no_country', 'country none', { properties: { country: undefined } }],
  [
    'network',
    'eu_consent_missing',
    'country DE',
    { properties: { country: 'DE' }, planContext: EVENTS_API },
  ],
  ['network', 'unsupported_currency', 'value 9.99 PLN', { properties: { currency: 'PLN' } }],
  ['network', 'incomplete_event', 'value -1 USD', { properties: { value: -1 } }],
  [
    'once',
    'already_counted',
    'another conversion of the player',
    {
      planContext: {
        goals: [{ ...PURCHASE, trigger: 'once' }],
        memory: { lockOwner: () => 'another' },
      },
    },
  ],
];

describe('every gate', () => {
  test.each(STOPS)('%s stops %s: %s', (gate, reason, saw, one) => {
    const { gates, postbacks } = explain(one);
    expect(postbacks).toEqual([]);
    expect(gates.map((passed) => passed.gate)).toEqual(
      ALL_GATES.slice(0, ALL_GATES.indexOf(gate) + 1),
    );
    expect(gates.slice(0, -1).every(({ result }) => result === 'pass')).toBe(true);
    expect(gates.at(-1)).toMatchObject({
      result: 'stop',
      reason,
      saw: expect.stringContaining(saw) as string,
    });
    expect(gates.at(-1)!.message).toBeTruthy();
    for (const { rule, source } of gates) {
      expect(rule).toMatch(/^[A-Z][^()]*\(?[^()]*\)?[^()]*\.$/);
      expect(existsSync(source), source).toBe(true);
    }
    // What explain tells is what send does.
    const { skips } = planEvent(makeEvent(one), makePlanContext(one.planContext), NOW_MS);
    expect(skips.map((skip) => skip.reason)).toEqual(gate === 'conversion' ? [] : [reason]);
  });

  it('lets a conversion pass, with its deadline and the request that it makes', () => {
    const { eventId, event, gates, postbacks } = explain({});
    expect([eventId, event]).toEqual(['7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10', 'purchase']);
    expect(gates.map(({ gate, result }) => [gate, result])).toEqual(
      ALL_GATES.map((gate) => [gate, 'pass']),
    );
    expect(
      gates
        .slice(EVENT_GATES.length)
        .every(({ goal, network }) => goal === 'purchase' && network === 'amazon'),
    ).toBe(true);
    const [postback] = postbacks;
    expect(postback).toMatchObject({
      network: 'amazon',
      goal: 'purchase',
      deadline: '2026-11-25T20:14:05.120Z',
      request: {
        method: 'POST',
        url: expect.stringContaining(
          '/accounts/4567890123/dsp/conversionDefinitions/eventData',
        ) as string,
        headers: { Authorization: 'Bearer ***' },
        body: {
          eventData: [
            { conversionDefinitionId: '1234567891', value: 9.99, matchKeys: [{ type: 'EMAIL' }] },
          ],
        },
        postbacks: [postback!.postbackId],
      },
    });
  });

  it('tells each goal by itself: two count the event, one is not mapped', () => {
    const goals = [PURCHASE, { ...PURCHASE, id: 'bare', map: {} }];
    const { gates, postbacks } = explain({ planContext: { goals } });
    expect(postbacks.map(({ goal }) => goal)).toEqual(['purchase']);
    expect(gates.find(({ gate }) => gate === 'goal')!.saw).toContain('counted by purchase, bare');
    expect(gates.at(-1)).toMatchObject({ goal: 'bare', gate: 'mapping', reason: 'unmapped_goal' });
  });

  it('says that a click is remembered', () => {
    const click = { fields: { aref: 'A1b2C3d4E5.1794945600000' }, timeMs: NOW_MS - 2 * DAY_MS };
    const { gates } = explain({
      properties: { utm_source: undefined, utm_medium: undefined },
      planContext: { memory: { findClick: () => click } },
    });
    expect(gates.find(({ gate }) => gate === 'attribution')).toMatchObject({
      result: 'pass',
      saw: 'aref, remembered from an earlier click of 2026-11-17T00:00:00.000Z: aref belongs to amazon',
    });
  });
});

describe('at anonymous consent', () => {
  const aref = 'A1b2C3d4E5.1794945600000';
  const one: Case = {
    changes: { consentLevel: undefined },
    properties: {
      gpp: makeGpp({ 2: makeTcf([1]) }),
      aref,
      match_id: 'M1',
      phone: '+12065550100',
      idfa: makeIdfa(),
    },
    planContext: EVENTS_API,
  };

  it('tells the network the match id and the click, and no identifier of a person', () => {
    const [postback] = explain(one).postbacks;
    expect(postback!.request!.body).toMatchObject({
      events: [{ matchKeys: [{ type: 'MATCH_ID', values: ['M1'] }], arefMeasurementTokens: aref }],
    });
  });

  it('keeps what erasure and once per player go by', () => {
    const planContext = makePlanContext(one.planContext);
    const [anonymous] = planEvent(makeEvent(one), planContext, NOW_MS).outgoing;
    const [full] = planEvent(
      makeEvent({ ...one, changes: {}, properties: {} }),
      planContext,
      NOW_MS,
    ).outgoing;
    expect(anonymous!.postback.members).toEqual(full!.postback.members);
    expect(anonymous!.postback.person).toBe(full!.postback.person);
    expect(JSON.stringify(anonymous!.postback.facts)).not.toMatch(/EMAIL|PHONE|MAID/);
  });

  it('does not report consent as granted when signals say less than the level', () => {
    const settings = { 'consent.amazonFromLevel': 'full' } as const;
    const properties = { country: 'DE', match_id: 'M1' };
    const granted = explain({ properties, planContext: { ...EVENTS_API, settings } });
    expect(JSON.stringify(granted.postbacks)).toContain('GRANTED');
    const planContext = { ...EVENTS_API, settings };
    const denied = explain({ properties: { ...properties, ad_user_data: 'denied' }, planContext });
    expect(denied.gates.at(-1)).toMatchObject({ reason: 'eu_consent_missing' });
  });
});

function makeIdfa(): string {
  return '6D92078A-8246-4BA4-AE5B-76104861E7DC';
}

describe('what an explanation never holds', () => {
  it('is what identifies a person', () => {
    const personal = {
      email: 'jane.roe@example.org',
      phone: '+1 206 555 0133',
      first_name: 'Janette',
      address: '17 Nowhere Lane',
      external_id: 'crm-7781',
      ip: '203.0.113.77',
      gclid: 'click-of-jane',
      utm_campaign: 'mail-to-jane',
    };
    for (const [, , , { changes, properties, planContext }] of STOPS) {
      const event = makeEvent({
        ...(changes && { changes }),
        properties: { ...personal, ...properties },
      });
      const told = JSON.stringify(explainIn(event, makePlanContext(planContext), NOW_MS));
      for (const value of [...Object.values(personal), 'player-17'])
        expect(told).not.toContain(value);
    }
  });

  it('is the value of an invalid field', () => {
    const invalid = {
      code: 'wrong_type',
      field: 'properties.email',
      message: 'is a number; expected a string',
    };
    expect(explainInvalid(invalid)).toMatchObject({
      eventId: null,
      gates: [
        {
          gate: 'event',
          result: 'stop',
          reason: 'invalid_event',
          message: 'properties.email is a number; expected a string',
        },
      ],
      postbacks: [],
    });
  });

  it('whatever the event holds, explain and plan agree', () => {
    const word = fc.constantFrom(
      'purchase',
      'amazon_ads',
      'full',
      'granted',
      'DE',
      'x@example.com',
      '',
      '12',
      makeTcf([1]),
    );
    const fields = [
      'utm_source',
      'aref',
      'ttclid',
      'tcf',
      'ad_user_data',
      'country',
      'email',
      'value',
      'currency',
    ];
    const properties = fc.dictionary(fc.constantFrom(...fields), fc.oneof(word, fc.integer()));
    const level = fc.constantFrom('full', 'anonymous', 'none', 'not_set', undefined);
    fc.assert(
      fc.property(properties, level, (given, consentLevel) => {
        let event: ConversionEvent;
        try {
          event = makeEvent({
            changes: { consentLevel, eventName: 'purchase' },
            properties: given,
          });
        } catch {
          return;
        }
        const plan = planEvent(event, makePlanContext(), NOW_MS);
        const { gates, postbacks } = explainIn(event, makePlanContext(), NOW_MS);
        expect(postbacks.map(({ postbackId }) => postbackId)).toEqual(
          plan.outgoing.map(({ postback }) => postback.id),
        );
        const reasons = gates.flatMap(({ reason }) => reason ?? []);
        expect(reasons).toEqual(plan.skips.map(({ reason }) => reason));
      }),
    );
  });
});
