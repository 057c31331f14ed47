import fc from '../../../kit/property.js';
import { describe, expect, it } from 'vitest';

import type { ConversionEvent, Identifiers } from '../../../../src/events/conversion-event.js';
import { CLICK_FIELDS, HASHED_FIELDS } from '../../../../src/events/conversion-event.js';
import type { EventDescription } from '../../../../src/goals/goal.js';
import type { AmazonPayload } from '../../../../src/networks/amazon/payload.js';
import { hasMatchKey, renderMatchKeys } from '../../../../src/networks/amazon/match-keys-json.js';
import { buildMatchKeys, type MatchKeys } from '../../../../src/networks/amazon/match-keys.js';
import {
  CAPI_V1_CURRENCIES,
  EVENTS_API_CURRENCIES,
} from '../../../../src/networks/amazon/money.js';
import type { Outgoing } from '../../../../src/networks/network.js';
import { makeConversion, makeOutgoing, openAmazon } from '../../../kit/amazon.js';
import { measuredBodyOf as bodyOf } from '../../../kit/outgoing.js';

const MAX_INT32 = 2_147_483_647;

/**
 * Text of every kind: plain, of other scripts, with what JSON escapes, with halves of characters.
 */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', ' ', '"', '\\', '\u2028', '\u007f', '\ud800', '{"a":1}', "It's ♥ \t"),
);
const hash = fc.stringMatching(/^[0-9a-f]{64}$/);

const identifiers: fc.Arbitrary<Identifiers> = fc.record(
  {
    plain: fc.record(Object.fromEntries(HASHED_FIELDS.map((field) => [field, text])), {
      requiredKeys: [],
    }),
    hashed: fc.record(Object.fromEntries(HASHED_FIELDS.map((field) => [field, hash])), {
      requiredKeys: [],
    }),
    maid: fc.oneof(fc.uuid(), text),
    rampId: fc.oneof(fc.base64String({ minLength: 4 }), text),
    matchId: fc.oneof(fc.stringMatching(/^[0-9A-Za-z]{1,100}$/), text),
    userAgent: text,
  },
  { requiredKeys: ['plain', 'hashed'] },
);

/** Cents, as the decimal text of the most common and the largest amounts. */
const amount = fc
  .oneof(fc.nat(10_000), fc.nat({ max: 999_999_999_999_999 }))
  .map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);

const events: fc.Arbitrary<ConversionEvent> = fc
  .record(
    {
      name: fc.constantFrom('purchase', 'lead'),
      timeMs: fc.integer({ min: 0, max: 4_102_444_799_999 }),
      value: amount,
      currency: fc.constantFrom('USD', 'JPY', 'CHF', 'XTS'),
      quantity: fc.oneof(
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(MAX_INT32, MAX_INT32 + 1, 9_999_999_999_999),
      ),
      identifiers: identifiers.map((who) => ({ ...who, country: 'US' })),
      click: fc.record({
        fields: fc.oneof(
          fc.constant({}),
          fc.record({
            aref: fc.constantFrom('aB3dE6gH9j.1795032000000', 'none'),
            amazon_ad_event_key: text,
          }),
          fc.dictionary(fc.constantFrom(...CLICK_FIELDS), text),
        ),
      }),
      consent: fc.record(
        {
          tcf: fc.oneof(fc.constant('CPXx.Y-z_'), text),
          gpp: fc.oneof(fc.constant('DBAB~CP.Y'), text),
          amznUserData: fc.constantFrom('GRANTED' as const, 'DENIED' as const),
          amznAdStorage: fc.constantFrom('GRANTED' as const, 'DENIED' as const),
          limitedDataUse: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['name', 'timeMs', 'identifiers', 'click', 'consent'] },
  )
  .map((parts) => makeConversion(parts));

/** Postbacks with everything that may be free text in them. */
function outgoings(mapping: fc.Arbitrary<string | EventDescription>): fc.Arbitrary<Outgoing[]> {
  const one = fc.tuple(events, mapping, text, text).map(([event, mapped, goalName, dedupeId]) => {
    const made = makeOutgoing(event, mapped);
    return { ...made, postback: { ...made.postback, goalName, dedupeId } };
  });
  return fc.array(one, { minLength: 1, maxLength: 4 });
}

function keysOf(keys: MatchKeys, max: number, refused?: string): object[] {
  const taken = Object.entries(keys).filter(([type]) => type !== refused);
  return taken.slice(0, max).map(([type, value]) => ({ type, values: [value] }));
}

function moneyOf({ value, currency }: AmazonPayload, currencies: ReadonlySet<string>): object {
  if (value === undefined || currency === undefined || !currencies.has(currency)) return {};
  return { value: Number(value), currencyCode: currency };
}

/** What CAPI v1 is told of one conversion, as an object. */
function describeForCapi({ postback, mapping }: Outgoing): object {
  const facts = postback.facts as AmazonPayload;
  return {
    conversionDefinitionId: mapping,
    name: postback.goalName,
    timestamp: new Date(postback.eventTimeMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    countryCode: facts.country,
    matchKeys: keysOf(facts.keys, 9, 'MATCH_ID'),
    clientDedupeId: postback.dedupeId,
    ...(facts.purchase && { ...moneyOf(facts, CAPI_V1_CURRENCIES), unitsSold: facts.units }),
    dataProcessingOptions: facts.limitedDataUse && 'LIMITED_DATA_USE',
  };
}

/** What the Events API is told of one conversion, as an object. */
function describeForEventsApi({ postback, mapping }: Outgoing): object {
  const facts = postback.facts as AmazonPayload;
  const { name, type, source, dataset } = mapping as EventDescription;
  const hasUnits = facts.units !== undefined && facts.units <= MAX_INT32;
  return {
    eventDescription: {
      name,
      conversionType: type,
      eventSource: source,
      eventIngestionMethod: 'SERVER_TO_SERVER',
      dataSetName: dataset,
    },
    eventTime: new Date(postback.eventTimeMs).toISOString(),
    countryCode: facts.country,
    matchKeys: keysOf(facts.keys, 15),
    eventId: postback.dedupeId,
    ...(type === 'OFF_AMAZON_PURCHASES' && {
      ...moneyOf(facts, EVENTS_API_CURRENCIES),
      unitsSold: hasUnits ? facts.units : undefined,
    }),
    consent: facts.consent,
    dataProcessingOptions: facts.limitedDataUse && { options: 'LIMITED_DATA_USE' },
    amazonAdEventKey: facts.adEventKey,
    arefMeasurementTokens: facts.aref,
    deviceInfo: facts.userAgent === undefined ? undefined : { userAgent: facts.userAgent },
  };
}

describe('a body is byte for byte what JSON.stringify makes of the same as objects, and no longer than was said', () => {
  it('for CAPI v1', () => {
    const channel = openAmazon({ api: 'capi-v1' });
    fc.assert(
      fc.property(outgoings(fc.stringMatching(/^[0-9]{1,20}$/)), (items) => {
        const body = { source: 'SERVER_TO_SERVER', eventData: items.map(describeForCapi) };
        expect(bodyOf(channel, items)).toBe(JSON.stringify(body));
      }),
      { numRuns: 500 },
    );
  });

  it('for the Events API', () => {
    const channel = openAmazon({ api: 'events-api' });
    const description = fc.record(
      {
        name: text,
        type: fc.oneof(fc.constantFrom('OFF_AMAZON_PURCHASES', 'LEAD'), text),
        source: fc.oneof(fc.constantFrom('WEBSITE', 'IOS'), text),
        dataset: text,
      },
      { requiredKeys: ['name', 'type', 'source'] },
    );
    fc.assert(
      fc.property(outgoings(description), (items) => {
        const body = { events: items.map(describeForEventsApi) };
        expect(bodyOf(channel, items)).toBe(JSON.stringify(body));
      }),
      { numRuns: 500 },
    );
  });
});

it('match keys are byte for byte what JSON.stringify makes of them, and no longer than they were said to be', () => {
  const hashes = fc.record(Object.fromEntries(HASHED_FIELDS.map((field) => [field, hash])), {
    requiredKeys: [],
  });
  const form = fc.constantFrom('raw' as const, 'hash' as const);
  const refused = fc.constantFrom('MATCH_ID' as const, undefined);
  fc.assert(
    fc.property(
      hashes,
      identifiers,
      form,
      fc.integer({ min: 1, max: 15 }),
      refused,
      (given, who, rampId, max, type) => {
        const keys = buildMatchKeys(given, who, rampId);
        const rendered = renderMatchKeys(keys, max, type);
        expect(rendered).toBe(JSON.stringify(keysOf(keys, max, type)));
        expect(hasMatchKey(keys, type)).toBe(keysOf(keys, max, type).length > 0);
      },
    ),
    { numRuns: 1_000 },
  );
});
