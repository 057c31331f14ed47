import { sha256Hex } from '../identity/hash.js';
import type { JsonObject } from '../json.js';

/** Numbers in [0, 1) that repeat for the same seed. */
export type Chance = () => number;

/**
 * Someone who does not exist: addresses at example.com, telephone numbers from ranges kept for
 * fiction.
 */
export interface Player {
  userId: string;
  anonymousId: string;
  country: string;
  currency: string;
  email: string;
  phone: string;
}

interface Market {
  country: string;
  currency: string;
  /** Of the numbers that Ofcom, the NANP and others keep for drama. */
  phone: string;
}

/** Where the players live; every currency is one that CAPI v1 takes. */
const MARKETS: readonly Market[] = [
  { country: 'US', currency: 'USD', phone: '+1 (206) 555-01' },
  { country: 'US', currency: 'USD', phone: '+1 (415) 555-01' },
  { country: 'CA', currency: 'CAD', phone: '+1 416-555-01' },
  { country: 'GB', currency: 'GBP', phone: '+44 7700 9000' },
  { country: 'DE', currency: 'EUR', phone: '+49 30 231250' },
  { country: 'FR', currency: 'EUR', phone: '+33 1 99 00 00 ' },
  { country: 'AU', currency: 'AUD', phone: '+61 491 5701' },
];

/**
 * Countries whose players are asked for consent before anything is reported; the game passes the
 * answer on.
 */
const ASKED = new Set(['GB', 'DE', 'FR']);

/** The player with this number; those of another edition are other people. */
export function makePlayer(number: number, edition: string): Player {
  const market = MARKETS[number % MARKETS.length]!;
  return {
    userId: `player-${edition}-${number}`,
    anonymousId: makeUuid('visitor', edition, number),
    country: market.country,
    currency: market.currency,
    // Some addresses have capital letters, but the hash is the same.
    email: number % 11 === 0 ? `Player${number}@Example.com` : `player${number}@example.com`,
    phone: `${market.phone}${String(number % 100).padStart(2, '0')}`,
  };
}

/** Returns identifiers of the player in one of their usual forms. */
export function makeIdentifiers(player: Player, number: number): JsonObject {
  const { country, email, phone } = player;
  const consent = ASKED.has(country)
    ? { amzn_user_data: 'GRANTED', amzn_ad_storage: 'GRANTED' }
    : {};
  const common = { country, ...consent };
  switch (number % 5) {
    case 0:
      return { ...common, email_hash: `sha256:${sha256Hex(email.toLowerCase())}` };
    case 1:
      return { ...common, email, phone };
    case 2:
      return {
        ...common,
        email,
        first_name: 'Test',
        last_name: 'Player',
        postal_code: '98101',
        city: 'Exampleton',
      };
    case 3:
      return {
        ...common,
        phone_hash: sha256Hex(phone.replace(/\D/g, '')),
        email_hash: sha256Hex(email.toLowerCase()),
      };
    default:
      return { ...common, email };
  }
}

/**
 * An Amazon click of `timeMs`: a measurement token as the `aref` parameter of a landing page
 * carries it.
 */
export function makeAref(chance: Chance, timeMs: number): string {
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const token = Array.from(
    { length: 10 },
    () => letters[Math.floor(chance() * letters.length)],
  ).join('');
  return `${token}.${timeMs}`;
}

/** The same UUID (version 8) for the same words. */
export function makeUuid(...words: readonly (string | number)[]): string {
  const hex = sha256Hex(words.join('/'));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
