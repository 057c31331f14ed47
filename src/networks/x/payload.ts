import { isIPv4 } from 'node:net';
import type { Settings } from '../../config/settings.js';
import type { ConversionEvent, Identifiers } from '../../events/conversion-event.js';
import { toCountryCode } from '../../identity/country.js';
import { hashIdentifiers } from '../../identity/hash-identifiers.js';
import { X_RULES } from './identity/rules.js';
import { readPriced, type Priced } from '../amount.js';
import { readClickId, readIpAddress, readUserAgent } from '../plain-identifiers.js';

/**
 * All that X may be told of one conversion: pure JSON; click id, IP address and user agent in
 * clear, as X wants them.
 */
export interface XPayload extends Priced {
  twclid?: string;
  /** SHA-256. */
  email?: string;
  phone?: string;
  ip?: string;
  userAgent?: string;
  /** The person limits the use of data: X has no such mode, so that nothing may be sent. */
  limited?: true;
  units?: number;
  itemId?: string;
  itemName?: string;
}

const MAX_UNITS = 2_147_483_647;
const MAX_TEXT_LENGTH = 256;

/** Whether a stored payload can be one of X's, in which every field is optional. */
export function isXPayload(stored: object): stored is XPayload {
  return !('twclid' in stored) || typeof stored.twclid === 'string';
}

/** Hashes and keeps what X may be told of `event`. Pure. */
export function prepareXPayload(event: ConversionEvent, settings: Settings): XPayload {
  const { identifiers, quantity, itemId, itemName } = event;
  const phoneCountry = toCountryCode(settings['identity.phoneCountry']);
  const hashes = hashIdentifiers(identifiers, X_RULES, {
    country: identifiers.country,
    phoneCountry,
  });
  const isCounted =
    quantity !== undefined && Number.isInteger(quantity) && quantity >= 1 && quantity <= MAX_UNITS;
  const payload = {
    ...readPriced(event),
    twclid: readClickId(event.click.fields.twclid),
    email: hashes.email,
    phone: hashes.phone,
    ip: readIpV4(identifiers),
    userAgent: readUserAgent(identifiers),
    limited: event.consent.limitedDataUse ? (true as const) : undefined,
    units: isCounted ? quantity : undefined,
    itemId: readText(itemId),
    itemName: itemId?.trim() ? readText(itemName) : undefined,
  };
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
}

/**
 * The IPv4 address. X takes `ip_address` in dotted-decimal form alone, so that an IPv6 address is
 * left out:
 * https://github.com/xdevplatform/docs/blob/28713281/x-ads-api/measurement/web-conversions.mdx
 */
function readIpV4(identifiers: Identifiers): string | undefined {
  const ip = readIpAddress(identifiers);
  return ip !== undefined && isIPv4(ip) ? ip : undefined;
}

function readText(text: string | undefined): string | undefined {
  return text?.trim() ? text.slice(0, MAX_TEXT_LENGTH).toWellFormed() : undefined;
}
