import { isIP } from 'node:net';
import { isJsonObject } from '../../json.js';
import { checkFields, checkList, checkText, type Check, type Problem } from './field-checks.js';

const SHA256_HEX = /^[0-9a-f]{64}$/;

/** SHA-256 of nothing: somebody hashed an empty field. */
const HASH_OF_EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

type Form = (value: string) => string | undefined;

const hashed: Form = (value) => {
  if (!SHA256_HEX.test(value)) return 'must be a SHA-256 hash in lower-case hexadecimal';
  return value === HASH_OF_EMPTY ? 'is the hash of an empty string' : undefined;
};

/** ADID, IDFA or FIREADID: "should not be hashed" (both specifications). */
const deviceId: Form = (value) => (SHA256_HEX.test(value) ? 'must not be hashed' : undefined);

/**
 * Anything: an identity vendor's own format, or (RAMP_ID) hashed or raw, as the specifications
 * disagree.
 */
const opaque: Form = () => undefined;

const matchId: Form = (value) =>
  /^[A-Za-z0-9]{1,100}$/.test(value) ? undefined : 'must be 1 to 100 letters and digits';

const ipAddress: Form = (value) =>
  isIP(value) === 0 ? 'must be an IPv4 or IPv6 address' : undefined;

/** CAPI v1 `ConversionMatchKeyTypeV1`. */
export const V1_MATCH_KEYS: Readonly<Record<string, Form>> = {
  ADDRESS: hashed,
  CITY: hashed,
  EMAIL: hashed,
  FIRST_NAME: hashed,
  LAST_NAME: hashed,
  MAID: deviceId,
  PHONE: hashed,
  POSTAL: hashed,
  RAMP_ID: opaque,
  STATE: hashed,
};

/** Events API `MatchKeyType`. */
export const EVENTS_MATCH_KEYS: Readonly<Record<string, Form>> = {
  ...V1_MATCH_KEYS,
  FIP: ipAddress,
  KANTAR_ID: opaque,
  MATCH_ID: matchId,
  MERKLE_ID: opaque,
  REAL_ID: opaque,
};

/**
 * `matchKeys`: 1 to `max` keys, each with a known type and exactly one value in that type's form. A
 * type that comes twice is refused as well: the specifications say "one value" and leave the
 * repetition open.
 */
export function checkMatchKeys(forms: Readonly<Record<string, Form>>, max: number): Check {
  const type: Check = (value, field, problems) => {
    if (typeof value === 'string' && Object.hasOwn(forms, value)) return;
    problems.push(invalid(field, 'is not a known match key type'));
  };
  const shape = checkFields({ type, values: checkList(1, 1, checkText()) });
  const list = checkList(1, max, shape);
  return (value, field, problems) => {
    const before = problems.length;
    list(value, field, problems);
    if (problems.length > before) return;
    const known = new Set<string>();
    for (const [index, key] of (value as { type: string; values: [string] }[]).entries()) {
      const path = `${field}[${index}]`;
      const wrong = forms[key.type]!(key.values[0]);
      if (wrong) problems.push(invalid(`${path}.values[0]`, wrong));
      if (known.has(key.type)) {
        const message = `${path}.type is given twice`;
        problems.push({ code: 'DUPLICATE_FIELD_VALUE_FOUND', field: `${path}.type`, message });
      }
      known.add(key.type);
    }
  };
}

/**
 * "Do not use user identifiers (hashed or unhashed) for this purpose" (CAPI v1, `clientDedupeId`):
 * refused where the dedupe id is one of the event's own match key values.
 */
export function findDedupeProblem(event: unknown, field: string): Problem | undefined {
  if (!isJsonObject(event) || !Array.isArray(event['matchKeys'])) return undefined;
  const id = event[field];
  const keys = event['matchKeys'] as ({ values?: unknown } | null)[];
  const reused = keys.some(
    (key) => Array.isArray(key?.values) && typeof id === 'string' && key.values.includes(id),
  );
  return reused ? invalid(field, 'must not be a user identifier') : undefined;
}

function invalid(field: string, words: string): Problem {
  return { code: 'FIELD_VALUE_IS_INVALID', field, message: `${field} ${words}` };
}
