import type { HashedField, Identifiers } from '../../events/conversion-event.js';
import { sha256Hex, readHash } from '../../identity/hash.js';

/**
 * Match key types that an event can carry. REAL_ID, MERKLE_ID, KANTAR_ID and FIP have no field in
 * an event line.
 */
export type MatchKeyType = (typeof MATCH_KEY_TYPES)[number];

/** Strongest first: where a contract takes fewer, the last ones go. */
export const MATCH_KEY_TYPES = [
  'EMAIL',
  'PHONE',
  'MAID',
  'RAMP_ID',
  'MATCH_ID',
  'FIRST_NAME',
  'LAST_NAME',
  'ADDRESS',
  'POSTAL',
  'CITY',
  'STATE',
] as const;

/** Values by type. One value a type, as Amazon wants. */
export type MatchKeys = Partial<Record<MatchKeyType, string>>;

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
/** The advertising id of devices that limit ad tracking: the same for all of them. */
const ZERO_ID = /^[0-]+$/;
/**
 * No length or alphabet is documented; LiveRamp's ids and envelopes are URL-safe or plain base64.
 */
const RAMP_ID = /^[\w+/=-]{1,1024}$/;
/** At most 100 alphanumerics (docs/reference/amazon.md#events-api-events). */
const MATCH_ID = /^[0-9A-Za-z]{1,100}$/;

/**
 * The match keys of one event: hashes by field, and the ids that travel raw. A raw id of another
 * shape is left out, so that an e-mail address in the wrong field is neither sent nor stored. Every
 * value is safe inside a JSON string.
 */
export function buildMatchKeys(
  hashes: Partial<Record<HashedField, string>>,
  identifiers: Identifiers,
  rampIdForm: 'raw' | 'hash',
): MatchKeys {
  const keys: MatchKeys = {};
  put(keys, 'EMAIL', hashes.email);
  put(keys, 'PHONE', hashes.phone);
  put(keys, 'MAID', readMaid(identifiers.maid));
  put(keys, 'RAMP_ID', readRampId(identifiers.rampId, rampIdForm));
  put(keys, 'MATCH_ID', readShape(identifiers.matchId, MATCH_ID));
  put(keys, 'FIRST_NAME', hashes.first_name);
  put(keys, 'LAST_NAME', hashes.last_name);
  put(keys, 'ADDRESS', hashes.address);
  put(keys, 'POSTAL', hashes.postal_code);
  put(keys, 'CITY', hashes.city);
  put(keys, 'STATE', hashes.state);
  return keys;
}

function put(keys: MatchKeys, type: MatchKeyType, value: string | undefined): void {
  if (value !== undefined) keys[type] = value;
}

function readMaid(text: string | undefined): string | undefined {
  const maid = readShape(text, UUID);
  return maid === undefined || ZERO_ID.test(maid) ? undefined : maid;
}

function readRampId(text: string | undefined, form: 'raw' | 'hash'): string | undefined {
  const id = readShape(text, RAMP_ID);
  if (id === undefined || form === 'raw') return id;
  return readHash(id) ?? sha256Hex(id);
}

function readShape(text: string | undefined, shape: RegExp): string | undefined {
  const trimmed = text?.trim();
  return trimmed !== undefined && shape.test(trimmed) ? trimmed : undefined;
}
