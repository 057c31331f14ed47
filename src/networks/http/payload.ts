import { hash } from 'node:crypto';
import type { Settings } from '../../config/settings.js';
import type { ConversionEvent } from '../../events/conversion-event.js';
import { toCountryCode } from '../../identity/country.js';
import { normaliseE164 } from '../../identity/e164.js';
import {
  NO_NAMES_OR_ADDRESSES,
  hashIdentifiers,
  type RuleSet,
} from '../../identity/hash-identifiers.js';
import { isOtherHash, readHash } from '../../identity/hash.js';
import { readPriced, type Priced } from '../amount.js';
import { readClickId, readIpAddress, readMobileId, readUserAgent } from '../plain-identifiers.js';
import type { Endpoint } from './compile.js';

/** All that an endpoint may be told of one conversion: pure JSON, nothing personal in clear. */
export interface EndpointPayload extends Priced {
  /** Values by macro; `email|md5` for a hash. Only what the template uses. */
  values: Readonly<Record<string, string>>;
  /** The person limits the use of data: a postback URL has no such mode, so nothing may be sent. */
  limited?: true;
}

/** Longest text of a value, in characters: addresses above 8 KB are refused by most servers. */
const MAX_TEXT = 1024;
const ADDRESS = /^[^\s@]+@[^\s@]+$/;

/**
 * E-mail addresses in small letters without blanks, phone numbers in E.164 with `+`, as most
 * endpoints hash them. Names and addresses have no macro.
 */
const RULES: RuleSet = {
  email: normaliseEmail,
  phone: normaliseE164,
  ...NO_NAMES_OR_ADDRESSES,
};

/** Whether a stored payload can be one of an endpoint's. */
export function isEndpointPayload(stored: object): stored is EndpointPayload {
  return 'values' in stored && typeof stored.values === 'object' && stored.values !== null;
}

/** Keeps what the template uses of an event, personal data hashed. Pure. */
export function prepareEndpointPayload(
  event: ConversionEvent,
  settings: Settings,
  { keys, template }: Endpoint,
): EndpointPayload {
  const values: Record<string, string> = {};
  for (const key of keys) {
    const value = key.includes('|')
      ? readHashed(event, settings, key)
      : readValue(event, key, template.clickId?.fields ?? []);
    if (value !== undefined) values[key] = value;
  }
  const usesMoney = keys.has('value') || keys.has('currency');
  return {
    values,
    ...(usesMoney ? readPriced(event) : {}),
    ...(event.consent.limitedDataUse ? { limited: true } : {}),
  };
}

/** The values of an event that need no hash. Money is part of the payload itself. */
function readValue(
  { click, identifiers, quantity, ...event }: ConversionEvent,
  key: string,
  clickFields: readonly string[],
): string | undefined {
  const fields: Readonly<Record<string, string | undefined>> = click.fields;
  switch (key) {
    case 'click_id':
      return readClickId(clickFields.map((field) => fields[field]).find(isText));
    case 'transaction_id':
      return readText(event.transactionId);
    case 'item_id':
      return readText(event.itemId);
    case 'country':
      return identifiers.country;
    case 'ip':
      return readIpAddress(identifiers);
    case 'user_agent':
      return readUserAgent(identifiers);
    case 'maid':
      return readMobileId(identifiers);
    case 'quantity':
      return quantity === undefined ? undefined : String(quantity);
    default:
      return key.startsWith('utm_') ? readText(fields[key]) : undefined;
  }
}

/** The hash that a key such as `email|md5` names. */
function readHashed(event: ConversionEvent, settings: Settings, key: string): string | undefined {
  const [field, algorithm = 'sha256'] = key.split('|');
  if (field === 'user_id') return hashUserId(event, algorithm);
  if (field !== 'email' && field !== 'phone') return undefined;
  const { identifiers } = event;
  const phoneCountry = toCountryCode(settings['identity.phoneCountry']);
  const origin = { country: identifiers.country, phoneCountry };
  if (algorithm === 'sha256') return hashIdentifiers(identifiers, RULES, origin)[field];
  const plain = identifiers.plain[field];
  // A hash of a hash would match nobody.
  if (plain === undefined || readHash(plain) !== undefined || isOtherHash(plain)) return undefined;
  const normalised = RULES[field]?.(plain, origin) ?? '';
  return normalised === '' ? undefined : hash(algorithm, normalised, 'hex');
}

/** Consent that keeps identifiers out keeps out the user id too. */
function hashUserId(
  { identifiers, userId, consentLevel }: ConversionEvent,
  algorithm: string,
): string | undefined {
  const ownId = consentLevel === 'anonymous' ? undefined : userId;
  const id = (identifiers.externalId ?? ownId)?.trim();
  return id ? hash(algorithm, id.toWellFormed(), 'hex') : undefined;
}

function normaliseEmail(text: string): string {
  const email = text.trim().toLowerCase();
  return ADDRESS.test(email) ? email : '';
}

function isText(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}

function readText(text: string | undefined): string | undefined {
  return text?.trim() ? text.slice(0, MAX_TEXT).toWellFormed() : undefined;
}
