import type { JsonObject } from '../../../../src/json.js';
import { makePurchase, makeUuid } from '../../../kit/events.js';

const DAY_MS = 86_400_000;
/** A little after the purchase of `makePurchase`. */
export const NOW_MS = Date.parse('2026-11-19T00:00:00Z');
const PURCHASED_MS = Date.parse('2026-11-18T20:14:05.120Z');

/** The ids that `makePurchase` has. */
export const VISITOR = '3b0f7a1e-52f4-4c58-8a8e-6d6f8f3f1a77';
export const PLAYER = 'player-17';
const NOTHING_BOUGHT: JsonObject = {
  currency: undefined,
  value: undefined,
  email: undefined,
  utm_source: undefined,
  utm_medium: undefined,
};

let last = 0x100;

/** Another purchase, with an id of its own. */
export function buy(changes: JsonObject = {}, properties: JsonObject = {}): JsonObject {
  return makePurchase({ messageId: makeUuid(last++), ...changes }, properties);
}

/** A visit of the website by {@link VISITOR}, so many days before the purchase. */
export function visit(
  properties: JsonObject,
  changes: JsonObject = {},
  daysBefore = 1,
): JsonObject {
  const web = { type: 'page', eventName: undefined, userId: undefined, surface: 'web' };
  const eventTimestamp = new Date(PURCHASED_MS - daysBefore * DAY_MS).toISOString();
  return buy({ ...web, eventTimestamp, ...changes }, { ...NOTHING_BOUGHT, ...properties });
}

/** Something else that happened, a day before the purchase. */
export function track(
  eventName: string,
  properties: JsonObject,
  changes: JsonObject = {},
): JsonObject {
  return visit(properties, { type: 'track', eventName, ...changes });
}

/** Two ids are one player's. */
export function alias(fromId: string, toId: string): JsonObject {
  return visit({}, { type: 'alias', fromId, toId, anonymousId: undefined });
}

/** {@link VISITOR} signs in. */
export function identify(userId: string): JsonObject {
  return visit({}, { type: 'identify', userId });
}
