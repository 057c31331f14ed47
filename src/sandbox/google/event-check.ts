import type { FieldViolation } from './refusals.js';
import type { IngestEvent } from './request-shape.js';

/** `UserData`: identifiers are SHA-256 hashes in the encoding that the request names. */
const HASH_RULES = {
  HEX: {
    encoded: /^(?:[0-9a-fA-F]{2})*$/,
    hash: /^[0-9a-fA-F]{64}$/,
    reason: 'INVALID_HEX_ENCODING',
  },
  BASE64: {
    encoded: /^[A-Za-z0-9+/_-]*={0,2}$/,
    hash: /^[A-Za-z0-9+/_-]{43}=?$/,
    reason: 'INVALID_BASE64_ENCODING',
  },
} as const;
/** SHA-256 of nothing: somebody hashed an empty field. */
const HASH_OF_EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** Limits page: at most 10 user identifiers an event. */
const MAX_IDENTIFIERS = 10;
const FUTURE_MS = 5 * 60 * 1000;
/**
 * Currencies of ISO 4217; the live API answers INVALID_CURRENCY_CODE for any other (error.proto).
 */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** What an event is checked with. */
export interface EventContext {
  nowMs: number;
  encoding: 'HEX' | 'BASE64' | undefined;
  /** Whether the request has a destination of the account type GOOGLE_ADS. */
  isForAds: boolean;
}

/**
 * What Google's fast check finds wrong with one event: any of it refuses the whole request
 * (https://developers.google.com/data-manager/api/devguides/concepts/understand-errors,
 * 2026-11-30). Reasons and descriptions are those of `ErrorReason` in
 * googleads/data-manager-node@e7987f8.
 */
export function checkEvent(
  event: IngestEvent,
  index: number,
  context: EventContext,
): FieldViolation[] {
  const path = `events.events[${index}]`;
  return [
    ...checkRequired(event, path, context.isForAds),
    ...checkTime(event, path, context.nowMs),
    ...checkClick(event, path),
    ...checkIdentifiers(event, path, context.encoding),
    ...checkMoney(event, path),
  ];
}

/**
 * The reference marks time, transaction id and an identifier as required. It calls `eventSource`
 * optional, and the live API refuses events for Google Ads without it
 * (https://github.com/googleapis/google-cloud-php/issues/9201, 2026-05-19): the sandbox follows the
 * API.
 */
function checkRequired(event: IngestEvent, path: string, isForAds: boolean): FieldViolation[] {
  const { eventSource = 'EVENT_SOURCE_UNSPECIFIED' } = event;
  const missing = [
    ...(event.eventTimestamp ? [] : ['event_timestamp']),
    ...(event.transactionId ? [] : ['transaction_id']),
    ...(isForAds && eventSource === 'EVENT_SOURCE_UNSPECIFIED' ? ['event_source'] : []),
  ];
  const violations = missing.map((name) =>
    makeViolation(`${path}.${name}`, 'REQUIRED_FIELD_MISSING', 'Required field is missing.'),
  );
  const { gclid, gbraid, wbraid, dclid } = event.adIdentifiers ?? {};
  const hasClick = [gclid, gbraid, wbraid, dclid].some(Boolean);
  if (hasClick || (event.userData?.userIdentifiers ?? []).length > 0) return violations;
  const words = 'Events data contains no user identifiers or ad identifiers.';
  return [...violations, makeViolation(path, 'NO_IDENTIFIERS_PROVIDED', words)];
}

/** No bound is documented; five minutes, as for the other networks of the sandbox. */
function checkTime({ eventTimestamp }: IngestEvent, path: string, nowMs: number): FieldViolation[] {
  if (eventTimestamp === undefined || Date.parse(eventTimestamp) <= nowMs + FUTURE_MS) return [];
  return [
    makeViolation(
      `${path}.event_timestamp`,
      'EVENT_TIME_INVALID',
      'The event time is in the future.',
    ),
  ];
}

/**
 * gbraid and wbraid exclude each other (https://support.google.com/google-ads/answer/13321563); a
 * dclid is for Campaign Manager accounts (`AdIdentifiers`).
 */
function checkClick({ adIdentifiers = {} }: IngestEvent, path: string): FieldViolation[] {
  const field = `${path}.ad_identifiers`;
  const violations: FieldViolation[] = [];
  if (adIdentifiers.gbraid && adIdentifiers.wbraid) {
    violations.push(
      makeViolation(field, 'INVALID_EVENT', 'Only one of gbraid and wbraid can be set.'),
    );
  }
  // A rule of the sandbox alone, so that one event of a batch can be refused at once.
  if (/^malformed/i.test(adIdentifiers.gclid ?? '')) {
    violations.push(makeViolation(`${field}.gclid`, 'INVALID_FORMAT', 'Format is invalid.'));
  }
  if (adIdentifiers.dclid) {
    const words = 'The ad identifier cannot be used with the account.';
    violations.push(makeViolation(`${field}.dclid`, 'INVALID_AD_IDENTIFIER_FOR_ACCOUNT', words));
  }
  return violations;
}

/**
 * One identifier in each `UserIdentifier` (a `oneof` in the protocol buffer), at most ten of them.
 */
function checkIdentifiers(
  { userData }: IngestEvent,
  path: string,
  encoding: EventContext['encoding'],
): FieldViolation[] {
  const identifiers = userData?.userIdentifiers ?? [];
  const field = `${path}.user_data.user_identifiers`;
  if (identifiers.length > MAX_IDENTIFIERS) {
    return [
      makeViolation(field, 'TOO_MANY_USER_IDENTIFIERS', 'At most 10 user identifiers are allowed.'),
    ];
  }
  return identifiers.flatMap((identifier, index) => {
    const at = `${field}[${index}]`;
    if (Object.keys(identifier).length !== 1) {
      return [makeViolation(at, 'INVALID_FORMAT', 'Exactly one identifier must be specified.')];
    }
    return [
      ...checkHash(identifier.emailAddress, `${at}.email_address`, encoding),
      ...checkHash(identifier.phoneNumber, `${at}.phone_number`, encoding),
    ];
  });
}

function checkHash(
  hash: string | undefined,
  field: string,
  encoding: EventContext['encoding'],
): FieldViolation[] {
  if (hash === undefined) return [];
  const rule = HASH_RULES[encoding ?? 'HEX'];
  if (!rule.encoded.test(hash)) {
    return [
      makeViolation(field, rule.reason, `The ${encoding ?? 'HEX'} encoded value is malformed.`),
    ];
  }
  const isHash = rule.hash.test(hash) && hash.toLowerCase() !== HASH_OF_EMPTY;
  return isHash
    ? []
    : [makeViolation(field, 'INVALID_SHA256_FORMAT', 'The SHA256 encoded value is malformed.')];
}

/** A value needs a currency (`Event.currency`), and one of ISO 4217 (error.proto). */
function checkMoney({ conversionValue, currency }: IngestEvent, path: string): FieldViolation[] {
  if (currency !== undefined && !CURRENCIES.has(currency)) {
    return [
      makeViolation(
        `${path}.currency`,
        'INVALID_CURRENCY_CODE',
        'The currency code is not supported.',
      ),
    ];
  }
  if (conversionValue === undefined || currency !== undefined) return [];
  return [
    makeViolation(`${path}.currency`, 'REQUIRED_FIELD_MISSING', 'Required field is missing.'),
  ];
}

function makeViolation(field: string, reason: string, description: string): FieldViolation {
  return { field, description, reason };
}
