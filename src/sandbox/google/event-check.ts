import type { FieldViolation } from './refusals.js';
import type { IngestEvent } from './request-shape.js';

const HEX_HASH = /^[0-9a-fA-F]{64}$/;
const BASE64_HASH = /^[A-Za-z0-9+/_-]{43}=?$/;
/** SHA-256 of nothing: somebody hashed an empty field. */
const HASH_OF_EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const MAX_IDENTIFIERS = 10;
const FUTURE_MS = 5 * 60 * 1000;
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** What an event is checked with. */
export interface EventContext {
  nowMs: number;
  encoding: 'HEX' | 'BASE64' | undefined;
}

/** What Google's fast check finds wrong with one event: any of it refuses the whole request (networks.md section 4a). */
export function checkEvent(event: IngestEvent, index: number, context: EventContext): FieldViolation[] {
  const path = `events.events[${index}]`;
  return [
    ...checkRequired(event, path),
    ...checkTime(event, path, context.nowMs),
    ...checkClick(event, path),
    ...checkIdentifiers(event, path, context.encoding),
    ...checkMoney(event, path),
  ];
}

function checkRequired(event: IngestEvent, path: string): FieldViolation[] {
  const missing = [
    ...(event.eventTimestamp ? [] : ['event_timestamp']),
    ...(event.transactionId ? [] : ['transaction_id']),
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

function checkTime({ eventTimestamp }: IngestEvent, path: string, nowMs: number): FieldViolation[] {
  if (eventTimestamp === undefined || Date.parse(eventTimestamp) <= nowMs + FUTURE_MS) return [];
  return [makeViolation(`${path}.event_timestamp`, 'EVENT_TIME_INVALID', 'The event time is in the future.')];
}

function checkClick({ adIdentifiers = {} }: IngestEvent, path: string): FieldViolation[] {
  const field = `${path}.ad_identifiers`;
  const violations: FieldViolation[] = [];
  if (adIdentifiers.gbraid && adIdentifiers.wbraid) {
    violations.push(makeViolation(field, 'INVALID_EVENT', 'Only one of gbraid and wbraid can be set.'));
  }
  if (adIdentifiers.dclid) {
    const words = 'The ad identifier cannot be used with the account.';
    violations.push(makeViolation(`${field}.dclid`, 'INVALID_AD_IDENTIFIER_FOR_ACCOUNT', words));
  }
  return violations;
}

function checkIdentifiers(
  { userData }: IngestEvent,
  path: string,
  encoding: EventContext['encoding'],
): FieldViolation[] {
  const identifiers = userData?.userIdentifiers ?? [];
  const field = `${path}.user_data.user_identifiers`;
  if (identifiers.length > MAX_IDENTIFIERS) {
    return [makeViolation(field, 'TOO_MANY_USER_IDENTIFIERS', 'At most 10 user identifiers are allowed.')];
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

function checkHash(hash: string | undefined, field: string, encoding: EventContext['encoding']): FieldViolation[] {
  if (hash === undefined) return [];
  const isHash = (encoding === 'BASE64' ? BASE64_HASH : HEX_HASH).test(hash) && hash.toLowerCase() !== HASH_OF_EMPTY;
  return isHash ? [] : [makeViolation(field, 'INVALID_SHA256_FORMAT', 'The SHA256 encoded value is malformed.')];
}

function checkMoney({ conversionValue, currency }: IngestEvent, path: string): FieldViolation[] {
  if (currency !== undefined && !CURRENCIES.has(currency)) {
    return [makeViolation(`${path}.currency`, 'INVALID_CURRENCY_CODE', 'The currency code is not supported.')];
  }
  if (conversionValue === undefined || currency !== undefined) return [];
  return [makeViolation(`${path}.currency`, 'REQUIRED_FIELD_MISSING', 'Required field is missing.')];
}

function makeViolation(field: string, reason: string, description: string): FieldViolation {
  return { field, description, reason };
}
