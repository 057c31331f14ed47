import type { Settings } from '../config/settings.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import { toCountryCode } from '../identity/country.js';
import { hashIdentifiers, type RuleSet } from '../identity/hash-identifiers.js';
import { readHash, sha256Hex } from '../identity/hash.js';
import { readIpAddress, readUserAgent } from './plain-identifiers.js';

/** Names of user data that several networks share. All but the last two are SHA-256. */
export type UserField =
  | 'em'
  | 'ph'
  | 'fn'
  | 'ln'
  | 'ct'
  | 'st'
  | 'zp'
  | 'country'
  | 'external_id'
  | 'client_ip_address'
  | 'client_user_agent';

export type UserFields = Partial<Record<UserField, string>>;

/**
 * The user data of an event under the short names that several networks share. Pure.
 * @param rules how the network wants each field before it is hashed
 */
export function hashUser(
  { identifiers }: ConversionEvent,
  rules: RuleSet,
  settings: Settings,
): UserFields {
  const country = toCountryCode(identifiers.country ?? '');
  const phoneCountry = toCountryCode(settings['identity.phoneCountry']);
  const hashes = hashIdentifiers(identifiers, rules, { country, phoneCountry });
  const fields: Record<UserField, string | undefined> = {
    em: hashes.email,
    ph: hashes.phone,
    fn: hashes.first_name,
    ln: hashes.last_name,
    ct: hashes.city,
    st: hashes.state,
    zp: hashes.postal_code,
    country: country && sha256Hex(country.toLowerCase()),
    external_id: hashId(identifiers.externalId),
    client_ip_address: readIpAddress(identifiers),
    client_user_agent: readUserAgent(identifiers),
  };
  return withoutGaps(fields);
}

/** An id of the advertiser's own, trimmed; one that is hashed already passes. */
function hashId(text: string | undefined): string | undefined {
  const id = text?.trim() ?? '';
  return id === '' ? undefined : (readHash(id) ?? sha256Hex(id));
}

/** The fields that have a value. */
export function withoutGaps<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const given: { [K in keyof T]?: NonNullable<T[K]> } = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && value !== null && value !== '') given[name] = value;
  }
  return given;
}
