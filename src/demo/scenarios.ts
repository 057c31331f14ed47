import type { JsonObject } from '../json.js';
import type { SkipReason } from '../networks/network.js';
import {
  makeAref,
  makeIdentifiers,
  makePlayer,
  makeUuid,
  type Chance,
  type Player,
} from './example-players.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Result of sending a line once with the demo's goals: `delivered`, the skip reason, `silent` (not
 * a conversion) or `invalid`.
 */
export type ExampleFate = 'delivered' | 'silent' | 'invalid' | SkipReason;

/** A message before it is serialized. */
export interface Draft {
  fate: ExampleFate;
  timeMs: number;
  message: JsonObject;
  /** Breaks the finished line. */
  spoil?: (line: string) => string;
}

/** Helpers to generate a scenario. */
export interface ScenarioGenerator {
  nowMs: number;
  /** Tells this file's players and messages from those of a file of another time. */
  edition: string;
  /** Counts through all stories: no two share a player. */
  number: number;
  chance: Chance;
}

/** A sequence of events of one player, generated `count` times. */
export interface Scenario {
  count: number;
  draft: (generator: ScenarioGenerator) => Draft[];
}

const ITEMS = [
  { item_id: 'starter_pack', item_name: 'Starter Pack', value: '4.99' },
  { item_id: 'season_pass', item_name: 'Season Pass', value: '9.99' },
  { item_id: 'gem_chest', item_name: 'Chest of Gems', value: '19.99' },
  { item_id: 'base_game', item_name: 'Base Game', value: '29.90' },
] as const;

const AMAZON = { utm_source: 'amazon_ads', utm_medium: 'amazon', utm_campaign: 'autumn' };

/**
 * Amazon's window is seven days: nothing here is near its end, so that a file written today is good
 * tomorrow.
 */
const OLDEST_MS = 5 * DAY_MS;

/** A message of a player. */
interface TrackedMessage {
  player: Player;
  timeMs: number;
  eventName: string;
  properties: JsonObject;
}

function track(
  fate: ExampleFate,
  { player, timeMs, eventName, properties }: TrackedMessage,
): Draft {
  const { userId, anonymousId } = player;
  const message = {
    type: 'track',
    anonymousId,
    userId,
    surface: 'unity',
    consentLevel: 'full',
    eventName,
    properties,
  };
  return { fate, timeMs, message };
}

function recent({ nowMs, chance }: ScenarioGenerator): number {
  return nowMs - 10 * MINUTE_MS - Math.floor(chance() * OLDEST_MS);
}

function click({ chance }: ScenarioGenerator, timeMs: number): JsonObject {
  return { ...AMAZON, aref: makeAref(chance, timeMs - Math.floor(chance() * DAY_MS) - MINUTE_MS) };
}

function goods({ number }: ScenarioGenerator, { currency }: Player): JsonObject {
  const item = ITEMS[number % ITEMS.length]!;
  const quantity = number % 9 === 0 ? 2 : 1;
  return { currency, ...item, quantity, transaction_id: `T-${10_000 + number}` };
}

/** A purchase after a click on an Amazon ad; `changes` replace properties, undefined drops them. */
function purchase(
  generator: ScenarioGenerator,
  fate: ExampleFate,
  changes: JsonObject = {},
  timeMs = recent(generator),
): Draft {
  const player = makePlayer(generator.number, generator.edition);
  const known = makeIdentifiers(player, generator.number);
  const properties = {
    ...goods(generator, player),
    ...known,
    ...click(generator, timeMs),
    ...changes,
  };
  return track(fate, { player, timeMs, eventName: 'purchase', properties });
}

function withMessage(draft: Draft, changes: JsonObject): Draft {
  return { ...draft, message: { ...draft.message, ...changes } };
}

function event(
  generator: ScenarioGenerator,
  fate: ExampleFate,
  eventName: string,
  properties: JsonObject,
): Draft {
  const player = makePlayer(generator.number, generator.edition);
  const timeMs = recent(generator);
  const known = makeIdentifiers(player, generator.number);
  return track(fate, {
    player,
    timeMs,
    eventName,
    properties: { ...properties, ...known, ...click(generator, timeMs) },
  });
}

const NO_CLICK = {
  aref: undefined,
  utm_source: undefined,
  utm_medium: undefined,
  utm_campaign: undefined,
};

/** Clicks of networks other than Amazon, as their landing pages carry them. */
const OTHER_CLICKS: readonly JsonObject[] = [
  { gclid: 'EAIaIQobChMIexampleExampleExample' },
  { fbclid: 'IwAR0exampleExampleExampleExample' },
  { ttclid: 'E.C.P.exampleExampleExample' },
  { rdt_cid: '4567890123456789012' },
  { twclid: '2-exampleexampleexample' },
  { utm_source: 'google', utm_medium: 'cpc' },
];

/** Fields that networks require for a conversion on a website. */
const ON_THE_WEB: JsonObject = {
  page_url: 'https://example.com/shop',
  user_agent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
    'Chrome/150.0.0.0 Safari/537.36',
};

const NO_PERSON = {
  email: undefined,
  email_hash: undefined,
  phone: undefined,
  phone_hash: undefined,
  first_name: undefined,
  last_name: undefined,
  postal_code: undefined,
  city: undefined,
};

/** A visit by an ad, and later a purchase that no longer says where the player came from. */
function visitThenPurchase(generator: ScenarioGenerator): Draft[] {
  const buying = purchase(generator, 'delivered', NO_CLICK);
  const visitMs = buying.timeMs - (30 + Math.floor(generator.chance() * 600)) * MINUTE_MS;
  const { anonymousId, country } = makePlayer(generator.number, generator.edition);
  const properties = {
    ...click(generator, visitMs),
    landing_page: 'https://example.com/play',
    country,
  };
  const message = {
    type: 'page',
    anonymousId,
    surface: 'web',
    consentLevel: 'anonymous',
    properties,
  };
  return [{ fate: 'silent', timeMs: visitMs, message }, buying];
}

function twoPurchases(generator: ScenarioGenerator): Draft[] {
  const first = purchase(generator, 'delivered');
  const laterMs = first.timeMs + Math.floor(generator.chance() * 5 * MINUTE_MS) + 1000;
  return [
    first,
    purchase(
      generator,
      'already_counted',
      { transaction_id: `T-${20_000 + generator.number}` },
      laterMs,
    ),
  ];
}

/** The game's retry queue wrote the line twice. */
function writtenTwice(generator: ScenarioGenerator): Draft[] {
  const first = withMessage(purchase(generator, 'delivered'), {
    messageId: makeUuid('twice', generator.edition, generator.number),
  });
  return [first, { ...first, fate: 'duplicate' }];
}

const one =
  (draft: (generator: ScenarioGenerator) => Draft): Scenario['draft'] =>
  (generator) => [draft(generator)];

const SPOILERS: readonly ((line: string) => string)[] = [
  (line) => line.slice(0, Math.floor(line.length / 2)),
  (line) => line.replace(/"value":"[\d.]+"/, '"value":NaN'),
  (line) => line.replace(/"eventTimestamp":"[^"]+"/, '"eventTimestamp":"2026-02-30T12:00:00Z"'),
  (line) => line.replace(/"messageId":"[^"]+",/, ''),
  (line) => line.replace(/"value":"[\d.]+"/, '"value":"free"'),
];

/** Scenarios of the example file. Lines are sorted by time, so the order does not matter. */
export const SCENARIOS: readonly Scenario[] = [
  { count: 92, draft: one((generator) => purchase(generator, 'delivered')) },
  {
    count: 34,
    draft: one((generator) =>
      event(generator, 'delivered', 'wishlist_add', { game_id: 'example-game' }),
    ),
  },
  {
    count: 22,
    draft: one((generator) =>
      event(generator, 'delivered', 'email_acquired', { source: 'newsletter' }),
    ),
  },
  { count: 12, draft: visitThenPurchase },
  { count: 12, draft: twoPurchases },
  { count: 3, draft: writtenTwice },
  { count: 24, draft: one((generator) => purchase(generator, 'organic', NO_CLICK)) },
  {
    count: 12,
    draft: one((generator) => {
      const other = OTHER_CLICKS[generator.number % OTHER_CLICKS.length]!;
      return purchase(generator, 'not_connected', { ...NO_CLICK, ...ON_THE_WEB, ...other });
    }),
  },
  {
    count: 8,
    draft: one((generator) =>
      withMessage(purchase(generator, 'consent_none'), { consentLevel: 'none' }),
    ),
  },
  {
    count: 5,
    draft: one((generator) =>
      withMessage(purchase(generator, 'consent_unknown'), { consentLevel: undefined }),
    ),
  },
  {
    count: 4,
    draft: one((generator) => withMessage(purchase(generator, 'test_event'), { test: true })),
  },
  {
    count: 9,
    draft: one((generator) => {
      const timeMs = generator.nowMs - 8 * DAY_MS - Math.floor(generator.chance() * 6 * DAY_MS);
      return purchase(generator, 'too_old', {}, timeMs);
    }),
  },
  {
    count: 1,
    draft: one((generator) => purchase(generator, 'in_future', {}, generator.nowMs + 3 * DAY_MS)),
  },
  {
    count: 8,
    draft: one((generator) =>
      event(generator, 'unmapped_goal', 'achievement_unlocked', { achievement_id: 'level_10' }),
    ),
  },
  {
    count: 6,
    draft: one((generator) =>
      event(generator, 'filter_not_met', 'achievement_unlocked', { achievement_id: 'first_blood' }),
    ),
  },
  {
    count: 14,
    draft: one((generator) => event(generator, 'no_goal', 'game_launch', { platform: 'windows' })),
  },
  { count: 5, draft: one((generator) => purchase(generator, 'no_match_key', NO_PERSON)) },
  {
    count: 3,
    draft: one((generator) => purchase(generator, 'no_country', { country: undefined })),
  },
  {
    count: 2,
    draft: one((generator) =>
      purchase(generator, 'unsupported_currency', { currency: 'PLN', country: 'PL' }),
    ),
  },
  {
    count: 2,
    draft: one((generator) => purchase(generator, 'incomplete_event', { value: '-9.99' })),
  },
  {
    count: SPOILERS.length,
    draft: one((generator) => {
      const spoil = SPOILERS[generator.number % SPOILERS.length]!;
      return { ...purchase(generator, 'invalid', { currency: 'USD' }), spoil };
    }),
  },
];
