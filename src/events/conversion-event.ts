import type { JsonObject } from '../json.js';

/** Consent at collection time (event-formats.md section 1). Absent counts as `not_set`. */
export type ConsentLevel = 'not_set' | 'none' | 'anonymous' | 'full';

/** Where the conversion happened (contract.md section 6, `source`). */
export type EventSource = 'website' | 'app' | 'android' | 'ios' | 'fire_tv' | 'offline';

/** The identifiers that are hashed before anything else happens with them. */
export const HASHED_FIELDS = [
  'email',
  'phone',
  'first_name',
  'last_name',
  'address',
  'city',
  'state',
  'postal_code',
] as const;
export type HashedField = (typeof HASHED_FIELDS)[number];

/** What identifies a person, as the line gave it. Lives in memory only: never logged, never stored. */
export interface Identifiers {
  /** Plain text, to be normalised and hashed by the network's rule. */
  plain: Partial<Record<HashedField, string>>;
  /** Already hashed: 64 lower-case hex digits, `sha256:` taken off. */
  hashed: Partial<Record<HashedField, string>>;
  /** The hashed phone number was hashed with its `+`, which some networks do not hash (networks.md). */
  phoneHashHasPlus?: true;
  /** ISO 3166-1 alpha-2, upper case. */
  country?: string;
  externalId?: string;
  /** Mobile advertising id (IDFA or GAID). */
  maid?: string;
  rampId?: string;
  matchId?: string;
  ip?: string;
  userAgent?: string;
}

/** The click parameters that a line may carry, by their own names. Empty strings are left out. */
export const CLICK_FIELDS = [
  'aref',
  'amazon_ad_event_key',
  'gclid',
  'gbraid',
  'wbraid',
  'dclid',
  'fbclid',
  'fbc',
  'fbp',
  'ttclid',
  'ttp',
  'rdt_cid',
  'rdt_uuid',
  'twclid',
  'msclkid',
  'li_fat_id',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_content',
  'utm_term',
] as const;
export type ClickField = (typeof CLICK_FIELDS)[number];

export interface Click {
  fields: Partial<Record<ClickField, string>>;
  /** When it was clicked, where the line says so. */
  timeMs?: number;
}

/** Consent beyond the level, passed on to the networks that take it. */
export interface ConsentSignals {
  tcf?: string;
  gpp?: string;
  gppSid?: string;
  amznUserData?: string;
  amznAdStorage?: string;
  adUserData?: string;
  adPersonalization?: string;
  limitedDataUse?: boolean;
}

/** One valid line of input: something a player did. */
export interface ConversionEvent {
  /** The id that the line gave itself (`messageId`). */
  id: string;
  /** The message type; only `track` can be a conversion. */
  type: string;
  /** The event's name; empty where the message has none. */
  name: string;
  timeMs: number;
  userId?: string;
  anonymousId?: string;
  consentLevel: ConsentLevel;
  test: boolean;
  /** Money as decimal text, so that it never passes through a binary float. */
  value?: string;
  /** Three upper-case letters. */
  currency?: string;
  quantity?: number;
  transactionId?: string;
  itemId?: string;
  itemName?: string;
  source?: EventSource;
  pageUrl?: string;
  identifiers: Identifiers;
  click: Click;
  consent: ConsentSignals;
  /** Two ids that an alias message says are one player's. */
  alias?: { from: string; to: string };
  /** The id that a browser pixel reported the same conversion with, and to which network. */
  shared?: { id: string; network: string };
  /** The properties as given, for goal filters. */
  properties: JsonObject;
}

/** Why one line is not an event. Never holds the value found where it could be personal. */
export interface InvalidLine {
  /** A code from docs/errors.md, such as `not_json` or `wrong_type`. */
  code: string;
  /** Path of the field, such as `properties.value`; empty for the whole line. */
  field: string;
  message: string;
  /** Where another line than the record's first is meant. */
  line?: number;
  /** Character of the line, from 1, where it is known. */
  column?: number;
  /** Which element of an array or envelope it is, from 1. */
  element?: number;
}
