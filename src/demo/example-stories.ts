import type { JsonObject } from '../json.js';
import type { SkipReason } from '../networks/network.js';
import { makeAref, makeIdentifiers, makePlayer, makeUuid, type Chance, type Player } from './example-players.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * What becomes of a line that is sent once with the demo's goals: `delivered`, the reason of its skip, `silent` (an event
 * that is no conversion) or `invalid`.
 */
export type ExampleFate = 'delivered' | 'silent' | 'invalid' | SkipReason;

/** One message before it is written down. */
export interface Draft {
  fate: ExampleFate;
  timeMs: number;
  message: JsonObject;
  /** Breaks the finished line. */
  spoil?: (line: string) => string;
}

/** What a story is told with. */
export interface Teller {
  nowMs: number;
  /** Tells this file's players and messages from those of a file of another time. */
  edition: string;
  /** Counts through all stories: no two share a player. */
  number: number;
  chance: Chance;
}

/** Something that happens to one player, told `count` times; it makes one line or a few. */
export interface Story {
  count: number;
  tell: (teller: Teller) => Draft[];
}

const ITEMS = [
  { item_id: 'starter_pack', item_name: 'Starter Pack', value: '4.99' },
  { item_id: 'season_pass', item_name: 'Season Pass', value: '9.99' },
  { item_id: 'gem_chest', item_name: 'Chest of Gems', value: '19.99' },
  { item_id: 'base_game', item_name: 'Base Game', value: '29.90' },
] as const;

const AMAZON = { utm_source: 'amazon_ads', utm_medium: 'amazon', utm_campaign: 'autumn' };

/** Amazon's window is seven days: nothing here is near its end, so that a file written today is good tomorrow. */
const OLDEST_MS = 5 * DAY_MS;

/** A message of `player` at `timeMs`. */
function track(fate: ExampleFate, player: Player, timeMs: number, eventName: string, properties: JsonObject): Draft {
  const { userId, anonymousId } = player;
  const message = { type: 'track', anonymousId, userId, surface: 'unity', consentLevel: 'full', eventName, properties };
  return { fate, timeMs, message };
}

function recent({ nowMs, chance }: Teller): number {
  return nowMs - 10 * MINUTE_MS - Math.floor(chance() * OLDEST_MS);
}

function click({ chance }: Teller, timeMs: number): JsonObject {
  return { ...AMAZON, aref: makeAref(chance, timeMs - Math.floor(chance() * DAY_MS) - MINUTE_MS) };
}

function goods({ number }: Teller, { currency }: Player): JsonObject {
  const item = ITEMS[number % ITEMS.length]!;
  const quantity = number % 9 === 0 ? 2 : 1;
  return { currency, ...item, quantity, transaction_id: `T-${10_000 + number}` };
}

/** A purchase after a click on an Amazon ad; `changes` replace properties, undefined drops them. */
function purchase(teller: Teller, fate: ExampleFate, changes: JsonObject = {}, timeMs = recent(teller)): Draft {
  const player = makePlayer(teller.number, teller.edition);
  const known = makeIdentifiers(player, teller.number);
  const properties = { ...goods(teller, player), ...known, ...click(teller, timeMs), ...changes };
  return track(fate, player, timeMs, 'purchase', properties);
}

function withMessage(draft: Draft, changes: JsonObject): Draft {
  return { ...draft, message: { ...draft.message, ...changes } };
}

function event(teller: Teller, fate: ExampleFate, eventName: string, properties: JsonObject): Draft {
  const player = makePlayer(teller.number, teller.edition);
  const timeMs = recent(teller);
  const known = makeIdentifiers(player, teller.number);
  return track(fate, player, timeMs, eventName, { ...properties, ...known, ...click(teller, timeMs) });
}

const NO_CLICK = { aref: undefined, utm_source: undefined, utm_medium: undefined, utm_campaign: undefined };

/** Clicks of networks other than Amazon, as their landing pages carry them. */
const OTHER_CLICKS: readonly JsonObject[] = [
  { gclid: 'EAIaIQobChMIexampleExampleExample' },
  { fbclid: 'IwAR0exampleExampleExampleExample' },
  { ttclid: 'E.C.P.exampleExampleExample' },
  { rdt_cid: '4567890123456789012' },
  { twclid: '2-exampleexampleexample' },
  { utm_source: 'google', utm_medium: 'cpc' },
];

/** What those networks want to know of a conversion on a website. */
const ON_THE_WEB: JsonObject = {
  page_url: 'https://example.com/shop',
  user_agent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
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
function visitThenPurchase(teller: Teller): Draft[] {
  const buying = purchase(teller, 'delivered', NO_CLICK);
  const visitMs = buying.timeMs - (30 + Math.floor(teller.chance() * 600)) * MINUTE_MS;
  const { anonymousId, country } = makePlayer(teller.number, teller.edition);
  const properties = { ...click(teller, visitMs), landing_page: 'https://example.com/play', country };
  const message = { type: 'page', anonymousId, surface: 'web', consentLevel: 'anonymous', properties };
  return [{ fate: 'silent', timeMs: visitMs, message }, buying];
}

function twoPurchases(teller: Teller): Draft[] {
  const first = purchase(teller, 'delivered');
  const laterMs = first.timeMs + Math.floor(teller.chance() * 5 * MINUTE_MS) + 1000;
  return [first, purchase(teller, 'already_counted', { transaction_id: `T-${20_000 + teller.number}` }, laterMs)];
}

/** The game's retry queue wrote the line twice. */
function writtenTwice(teller: Teller): Draft[] {
  const first = withMessage(purchase(teller, 'delivered'), {
    messageId: makeUuid('twice', teller.edition, teller.number),
  });
  return [first, { ...first, fate: 'duplicate' }];
}

const one =
  (tell: (teller: Teller) => Draft): Story['tell'] =>
  (teller) => [tell(teller)];

const SPOILERS: readonly ((line: string) => string)[] = [
  (line) => line.slice(0, Math.floor(line.length / 2)),
  (line) => line.replace(/"value":"[\d.]+"/, '"value":NaN'),
  (line) => line.replace(/"eventTimestamp":"[^"]+"/, '"eventTimestamp":"2026-02-30T12:00:00Z"'),
  (line) => line.replace(/"messageId":"[^"]+",/, ''),
  (line) => line.replace(/"value":"[\d.]+"/, '"value":"free"'),
];

/** What happens in the example file. The order is of no account: lines are sorted by their time. */
export const STORIES: readonly Story[] = [
  { count: 92, tell: one((teller) => purchase(teller, 'delivered')) },
  { count: 34, tell: one((teller) => event(teller, 'delivered', 'wishlist_add', { game_id: 'example-game' })) },
  { count: 22, tell: one((teller) => event(teller, 'delivered', 'email_acquired', { source: 'newsletter' })) },
  { count: 12, tell: visitThenPurchase },
  { count: 12, tell: twoPurchases },
  { count: 3, tell: writtenTwice },
  { count: 24, tell: one((teller) => purchase(teller, 'organic', NO_CLICK)) },
  {
    count: 12,
    tell: one((teller) => {
      const other = OTHER_CLICKS[teller.number % OTHER_CLICKS.length]!;
      return purchase(teller, 'not_connected', { ...NO_CLICK, ...ON_THE_WEB, ...other });
    }),
  },
  { count: 8, tell: one((teller) => withMessage(purchase(teller, 'consent_none'), { consentLevel: 'none' })) },
  { count: 5, tell: one((teller) => withMessage(purchase(teller, 'consent_unknown'), { consentLevel: undefined })) },
  { count: 4, tell: one((teller) => withMessage(purchase(teller, 'test_event'), { test: true })) },
  {
    count: 9,
    tell: one((teller) => {
      const timeMs = teller.nowMs - 8 * DAY_MS - Math.floor(teller.chance() * 6 * DAY_MS);
      return purchase(teller, 'too_old', {}, timeMs);
    }),
  },
  { count: 1, tell: one((teller) => purchase(teller, 'in_future', {}, teller.nowMs + 3 * DAY_MS)) },
  {
    count: 8,
    tell: one((teller) => event(teller, 'unmapped_goal', 'achievement_unlocked', { achievement_id: 'level_10' })),
  },
  {
    count: 6,
    tell: one((teller) => event(teller, 'filter_not_met', 'achievement_unlocked', { achievement_id: 'first_blood' })),
  },
  { count: 14, tell: one((teller) => event(teller, 'no_goal', 'game_launch', { platform: 'windows' })) },
  { count: 5, tell: one((teller) => purchase(teller, 'no_match_key', NO_PERSON)) },
  { count: 3, tell: one((teller) => purchase(teller, 'no_country', { country: undefined })) },
  { count: 2, tell: one((teller) => purchase(teller, 'unsupported_currency', { currency: 'PLN', country: 'PL' })) },
  { count: 2, tell: one((teller) => purchase(teller, 'incomplete_event', { value: '-9.99' })) },
  {
    count: SPOILERS.length,
    tell: one((teller) => {
      const spoil = SPOILERS[teller.number % SPOILERS.length]!;
      return { ...purchase(teller, 'invalid', { currency: 'USD' }), spoil };
    }),
  },
];
