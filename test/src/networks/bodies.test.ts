import fc from '../../kit/property.js';
import { describe, expect, it } from 'vitest';

import { defaultSettings } from '../../../src/config/settings.js';
import type { ConversionEvent, Identifiers } from '../../../src/events/conversion-event.js';
import { CLICK_FIELDS, HASHED_FIELDS } from '../../../src/events/conversion-event.js';
import type { Mapping } from '../../../src/goals/goal.js';
import { amountOf, type Priced } from '../../../src/networks/amount.js';
import type { GooglePayload } from '../../../src/networks/google/payload.js';
import { google } from '../../../src/networks/google/google.js';
import type { MetaPayload } from '../../../src/networks/meta/payload.js';
import { meta } from '../../../src/networks/meta/meta.js';
import type { Connection, AnyNetwork, Outgoing } from '../../../src/networks/network.js';
import type { RedditPayload } from '../../../src/networks/reddit/payload.js';
import { reddit } from '../../../src/networks/reddit/reddit.js';
import type { TikTokPayload } from '../../../src/networks/tiktok/payload.js';
import { tiktok } from '../../../src/networks/tiktok/tiktok.js';
import type { XPayload } from '../../../src/networks/x/payload.js';
import { x } from '../../../src/networks/x/x.js';
import { makePostback, measuredBodyOf as bodyOf } from '../../kit/outgoing.js';

const RUNS = 300;
const CUSTOM = 'custom:';

/**
 * Text of every kind: plain, of other scripts, with what JSON escapes, with halves of characters.
 */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(' ', '"', '\\', '\u2028', '\u007f', '\ud800', '{"a":1}', "It's ♥ \t"),
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
    country: fc.constantFrom('US', 'DE'),
    externalId: text,
    maid: fc.oneof(fc.uuid(), text),
    ip: fc.oneof(fc.ipV4(), fc.ipV6(), text),
    userAgent: text,
  },
  { requiredKeys: ['plain', 'hashed'] },
);

/**
 * Cents, as the decimal text of the most common and the largest amounts, which a binary float holds
 * to the last digit.
 */
const amount = fc
  .oneof(fc.nat(10_000), fc.nat({ max: 999_999_999_999_999 }))
  .map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);

const events: fc.Arbitrary<Partial<ConversionEvent>> = fc.record(
  {
    name: fc.constantFrom('purchase', 'lead'),
    timeMs: fc.integer({ min: 0, max: 4_102_444_799_999 }),
    value: amount,
    currency: fc.constantFrom('USD', 'JPY', 'GEM'),
    quantity: fc.oneof(
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(0.5, 2_147_483_647, 2_147_483_648),
    ),
    source: fc.constantFrom('website', 'app', 'android', 'ios', 'offline'),
    transactionId: text,
    itemId: text,
    itemName: text,
    pageUrl: fc.oneof(
      fc.webUrl({ withQueryParameters: true }),
      text.map((path) => `https://game.example/${path}`),
    ),
    identifiers,
    click: fc.record({
      fields: fc.dictionary(fc.constantFrom(...CLICK_FIELDS), fc.oneof(fc.base64String(), text)),
    }),
    consent: fc.record(
      {
        adUserData: fc.constantFrom('GRANTED' as const, 'DENIED' as const),
        adPersonalization: fc.constantFrom('GRANTED' as const, 'DENIED' as const),
        limitedDataUse: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['name', 'timeMs', 'identifiers', 'click', 'consent'] },
);

/**
 * Where a network is sent, and what it is sent as an object: fields that are undefined are left
 * out, as JSON does.
 */
interface Contract {
  network: AnyNetwork;
  connection: Partial<Connection>;
  mapping: fc.Arbitrary<Mapping>;
  describe: (items: readonly Outgoing[], isTest: boolean) => object;
}

/** Goes on in the form of an object that is left out where it has nothing. */
function unlessEmpty<T extends object>(fields: T): T | undefined {
  return Object.values(fields).some((value) => value !== undefined) ? fields : undefined;
}

function moneyOf(facts: Priced): { value: number | undefined; currency: string | undefined } {
  const known = amountOf(facts);
  return { value: known && Number(known.value), currency: known?.currency };
}

function secondsOf({ postback }: Outgoing): number {
  return Math.floor(postback.eventTimeMs / 1000);
}

function describeForMeta(one: Outgoing): object {
  const { user, source, pageUrl, limitedDataUse, orderId, item, ...money } = one.postback
    .facts as MetaPayload;
  const contents =
    item?.id === undefined ? undefined : [{ id: item.id, quantity: item.quantity ?? 1 }];
  return {
    event_name: one.mapping,
    event_time: secondsOf(one),
    event_id: one.postback.dedupeId,
    action_source: source,
    event_source_url: pageUrl,
    ...(limitedDataUse && {
      opt_out: true,
      data_processing_options: ['LDU'],
      data_processing_options_country: 0,
      data_processing_options_state: 0,
    }),
    user_data: user,
    custom_data: unlessEmpty({
      ...moneyOf(money),
      order_id: orderId,
      content_name: item?.name,
      content_type: contents && 'product',
      content_ids: contents?.map(({ id }) => id),
      contents,
    }),
  };
}

function describeForTikTok(one: Outgoing): object {
  const { user, pageUrl, orderId, itemId, itemName, quantity, limitedDataUse, ...money } = one
    .postback.facts as TikTokPayload;
  return {
    event: one.mapping,
    event_time: secondsOf(one),
    event_id: one.postback.dedupeId,
    user,
    page: { url: pageUrl ?? '' },
    properties: unlessEmpty({
      ...moneyOf(money),
      order_id: orderId,
      content_type: itemId === undefined ? undefined : 'product',
      contents:
        itemId === undefined
          ? undefined
          : [{ content_id: itemId, content_name: itemName, quantity }],
    }),
    limited_data_use: limitedDataUse,
  };
}

function describeForGoogle({ postback }: Outgoing): object {
  const { source, click, email, phone, consent, ...priced } = postback.facts as GooglePayload;
  const money = moneyOf(priced);
  const people = [email && { emailAddress: email }, phone && { phoneNumber: phone }].filter(
    Boolean,
  );
  return {
    transactionId: postback.dedupeId,
    eventTimestamp: new Date(postback.eventTimeMs).toISOString(),
    eventSource: source ?? 'OTHER',
    adIdentifiers: click,
    userData: people.length === 0 ? undefined : { userIdentifiers: people },
    conversionValue: money.value,
    currency: money.currency,
    consent,
  };
}

function describeForReddit({ postback, mapping }: Outgoing): object {
  const facts = postback.facts as RedditPayload;
  const name = mapping as string;
  const custom = name.startsWith(CUSTOM) ? name.slice(CUSTOM.length) : undefined;
  return {
    event_at: postback.eventTimeMs,
    action_source: facts.actionSource,
    event_source_url: facts.url,
    click_id: facts.clickId,
    type:
      custom === undefined
        ? { tracking_type: name }
        : { tracking_type: 'CUSTOM', custom_event_name: custom },
    metadata: {
      conversion_id: postback.dedupeId,
      ...moneyOf(facts),
      item_count: facts.units,
      products:
        facts.itemId === undefined ? undefined : [{ id: facts.itemId, name: facts.itemName }],
    },
    user: unlessEmpty({
      ...facts.user,
      data_processing_options: facts.limited && { modes: ['LDU'], ...facts.limited },
    }),
  };
}

function describeForX({ postback, mapping }: Outgoing): object {
  const { twclid, email, phone, ip, userAgent, units, itemId, itemName, ...money } =
    postback.facts as XPayload;
  const { value, currency } = moneyOf(money);
  const who = [
    { twclid },
    { hashed_email: email },
    { hashed_phone_number: phone },
    { ip_address: ip, user_agent: userAgent },
  ];
  return {
    conversion_time: new Date(postback.eventTimeMs).toISOString(),
    event_id: mapping,
    identifiers: who.filter((one) => unlessEmpty(one) !== undefined),
    conversion_id: postback.dedupeId,
    value,
    price_currency: currency,
    number_items: units,
    contents: itemId === undefined ? undefined : [{ content_id: itemId, content_name: itemName }],
  };
}

const CONTRACTS: Record<string, Contract> = {
  Meta: {
    network: meta,
    connection: { account: '1234567890123456', testCode: 'TEST"1' },
    mapping: text,
    describe: (items, isTest) => ({
      data: items.map(describeForMeta),
      test_event_code: isTest ? 'TEST"1' : undefined,
    }),
  },
  TikTok: {
    network: tiktok,
    connection: { account: 'C4A7"PIXEL', testCode: 'TEST"1' },
    mapping: text,
    describe: (items, isTest) => ({
      event_source: 'web',
      event_source_id: 'C4A7"PIXEL',
      test_event_code: isTest ? 'TEST"1' : undefined,
      data: items.map(describeForTikTok),
    }),
  },
  Google: {
    network: google,
    connection: { account: '1234567890' },
    mapping: fc.constant('987654321'),
    describe: (items, isTest) => ({
      destinations: [
        {
          operatingAccount: { accountType: 'GOOGLE_ADS', accountId: '1234567890' },
          productDestinationId: '987654321',
        },
      ],
      events: items.map(describeForGoogle),
      encoding: 'HEX',
      validateOnly: isTest ? true : undefined,
    }),
  },
  Reddit: {
    network: reddit,
    connection: { account: 'a2_pixel', testCode: 'TEST"1' },
    mapping: fc.oneof(
      fc.constantFrom('PURCHASE', 'SIGN_UP'),
      text.map((name) => `${CUSTOM}${name}`),
    ),
    describe: (items, isTest) => ({
      data: { test_id: isTest ? 'TEST"1' : undefined, events: items.map(describeForReddit) },
    }),
  },
  X: {
    network: x,
    connection: { account: 'o8z6j' },
    mapping: text,
    describe: (items) => ({ conversions: items.map(describeForX) }),
  },
};

describe('a body is byte for byte what JSON.stringify makes of the same as objects, and no longer than was said', () => {
  it.each(Object.entries(CONTRACTS))(
    'for %s',
    (_name, { network, connection, mapping, describe: describeAll }) => {
      const channel = network.open(
        { network: network.name, account: '', source: 'store', ...connection },
        defaultSettings(),
      );
      const part = fc.tuple(events, mapping, text);
      fc.assert(
        fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.boolean(), (parts, test) => {
          const items = parts.map(([event, mapped, dedupeId]) => {
            const made = makePostback(network, { ...event, test }, mapped);
            return { ...made, postback: { ...made.postback, dedupeId } };
          });
          expect(bodyOf(channel, items)).toBe(JSON.stringify(describeAll(items, test)));
        }),
        { numRuns: RUNS },
      );
    },
  );
});
