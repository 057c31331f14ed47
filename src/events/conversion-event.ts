import type { JsonObject } from '../json.js';
import type { PerNetwork } from '../networks/names.js';
import { PROFILES, type NetworkClickField } from '../networks/profiles.js';

/** Consent at collection time (docs/reference/consent.md#levels). Absent counts as `not_set`. */
export type ConsentLevel = 'not_set' | 'none' | 'anonymous' | 'full';

/** Where the conversion happened. */
export type EventSource = 'website' | 'app' | 'android' | 'ios' | 'fire_tv' | 'offline';

/** Where an Audience SDK runs, according to its `surface`. */
export type EventSurface = 'web' | 'app';

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

/** Identifiers of a person as on the line. Kept only in memory, never logged or stored. */
export interface Identifiers {
  /** Plain text, to be normalised and hashed by the network's rule. */
  plain: Partial<Record<HashedField, string>>;
  /** Already hashed: 64 lower-case hex digits, `sha256:` taken off. */
  hashed: Partial<Record<HashedField, string>>;
  /**
   * The hashed phone number was hashed with its `+`, which some networks do not hash
   * (docs/reference/identity.md#phone).
   */
  phoneHashHasPlus?: true;
  /** ISO 3166-1 alpha-2, upper case. */
  country?: string;
  /**
   * Country of the browser's language (`en-US`) if the event names none. Not used for consent or
   * phone numbers.
   */
  countryByLanguage?: string;
  externalId?: string;
  /** Mobile advertising id (IDFA or GAID). */
  maid?: string;
  rampId?: string;
  matchId?: string;
  ip?: string;
  userAgent?: string;
}

/** UTM parameters of a landing page. */
const UTM_PARAMETERS = [
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_content',
  'utm_term',
] as const;

/** Click ids of networks that postback does not serve, and those networks. */
export const UNSERVED_CLICK_IDS = { msclkid: 'microsoft', li_fat_id: 'linkedin' } as const;

export type ClickField =
  NetworkClickField | keyof typeof UNSERVED_CLICK_IDS | (typeof UTM_PARAMETERS)[number];

/**
 * The click parameters that a line may carry, by their own names: those that the networks declare,
 * those of networks that are not served, and UTM. Empty strings are left out.
 */
export const CLICK_FIELDS: readonly ClickField[] = [
  ...PROFILES.flatMap(
    ({ clickIds, browserIds = [], lateClickIds = [] }) =>
      [...clickIds, ...browserIds, ...lateClickIds] as NetworkClickField[],
  ),
  ...(Object.keys(UNSERVED_CLICK_IDS) as (keyof typeof UNSERVED_CLICK_IDS)[]),
  ...UTM_PARAMETERS,
];

export interface Click {
  fields: Partial<Record<ClickField, string>>;
  /** When it was clicked, where the line says so. */
  timeMs?: number;
}

/** An answer of the person, in the words of Amazon's and Google's APIs. */
export type ConsentStatus = 'GRANTED' | 'DENIED';

/** Consent statement of one part of the record. */
export interface ConsentStatement {
  /** Path of the field, such as `context.consent.categoryPreferences`. */
  carrier: string;
  /** Description of the statement; never a complete value of the record. */
  says: string;
}

/** Answers of the person by destination; `others` applies to networks that are not named. */
export interface DestinationAnswers {
  networks: PerNetwork<DestinationAnswer>;
  others?: DestinationAnswer;
}

export interface DestinationAnswer {
  answer: 'granted' | 'denied' | 'unclear';
  carrier: string;
}

/**
 * Consent beyond the level: signals that are passed on to networks that take them, and answers that
 * limit all.
 */
export interface ConsentSignals {
  /** IAB TCF string. */
  tcf?: string;
  /** IAB GPP string. */
  gpp?: string;
  /** GPP sections that apply. */
  gppSid?: string;
  /** IAB US Privacy string, such as `1YNN`. */
  usPrivacy?: string;
  /**
   * Other strings of the same kinds that the record has as well: they are not passed on, but what
   * they refuse holds.
   */
  others?: { field: 'tcf' | 'gpp' | 'usPrivacy'; text: string }[];
  /** Global Privacy Control is on. */
  gpc?: true;
  amznUserData?: ConsentStatus;
  amznAdStorage?: ConsentStatus;
  adUserData?: ConsentStatus;
  adPersonalization?: ConsentStatus;
  adStorage?: ConsentStatus;
  analyticsStorage?: ConsentStatus;
  limitedDataUse?: boolean;
  /** Source of the event's `consentLevel`, if it is not the field of that name. */
  levelFrom?: ConsentStatement;
  /** Answers that postback does not understand. No default replaces them. */
  unclear?: ConsentStatement[];
  destinations?: DestinationAnswers;
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
  /** Where the SDK that wrote the message runs; what `source` says goes first. */
  surface?: EventSurface;
  pageUrl?: string;
  /** The page that led to it, as the browser gave it. */
  pageReferrer?: string;
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
