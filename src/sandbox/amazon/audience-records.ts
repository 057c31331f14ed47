import { isJsonObject, type JsonObject } from '../../json.js';
import { isConsentCountry } from '../../identity/country.js';
import type { MembershipChange } from '../audience-store.js';
import { V1_COUNTRIES } from './enums.js';

/**
 * "maxItems 10000" of `records`, "maxItems 100" of `hashedPII` (Advertiser audiences
 * specification).
 */
const MAX_RECORDS = 10_000;
const MAX_PII = 100;
const EXTERNAL_ID = /^[0-9a-zA-Z\-_]{1,128}$/;
const HASH = /^[0-9a-f]{64}$/;
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const PII_FIELDS: ReadonlySet<string> = new Set(
  'address city email firstname lastname phone postal state'.split(' '),
);
const RECORD_FIELDS: ReadonlySet<string> = new Set(
  'action countryCode externalUserId hashedPII measurements userConsent'.split(' '),
);
const ACTIONS: ReadonlySet<unknown> = new Set(['CREATE', 'DELETE']);

/** A record that Amazon took and found wrong, as the status of its job tells it. */
export interface InvalidRecord {
  externalId: string;
  error: string;
}

/**
 * What makes a whole request invalid, in the words of the service's own validation; undefined where
 * nothing does.
 */
export function findRecordsProblem(records: unknown): string | undefined {
  if (!Array.isArray(records)) return constraint('records', 'Member must not be null');
  if (records.length === 0)
    return constraint('records', 'Member must have length greater than or equal to 1');
  if (records.length > MAX_RECORDS) {
    return constraint('records', `Member must have length less than or equal to ${MAX_RECORDS}`);
  }
  for (const [index, record] of (records as unknown[]).entries()) {
    const problem = findRecordProblem(record, `records.${index + 1}.member`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findRecordProblem(record: unknown, at: string): string | undefined {
  if (!isJsonObject(record)) return constraint(at, 'Member must be a structure');
  const unknown = Object.keys(record).find((name) => !RECORD_FIELDS.has(name));
  if (unknown !== undefined) return constraint(`${at}.${unknown}`, 'Member is not known');
  const { externalUserId, action, hashedPII, countryCode } = record;
  if (typeof externalUserId !== 'string' || !EXTERNAL_ID.test(externalUserId)) {
    return constraint(
      `${at}.externalUserId`,
      'Member must satisfy regular expression pattern: ^[0-9a-zA-Z\\-\\_]{1,128}$',
    );
  }
  if (!ACTIONS.has(action)) {
    return constraint(`${at}.action`, 'Member must satisfy enum value set: [CREATE, DELETE]');
  }
  if (
    countryCode !== undefined &&
    (typeof countryCode !== 'string' || !V1_COUNTRIES.has(countryCode))
  ) {
    return constraint(`${at}.countryCode`, 'Member must satisfy enum value set');
  }
  if (!Array.isArray(hashedPII) || hashedPII.length < 1 || hashedPII.length > MAX_PII) {
    return constraint(`${at}.hashedPII`, `Member must have length from 1 to ${MAX_PII}`);
  }
  const known = (hashedPII as unknown[]).every(
    (pii) => isJsonObject(pii) && Object.keys(pii).every((name) => PII_FIELDS.has(name)),
  );
  return known ? undefined : constraint(`${at}.hashedPII`, 'Member is not known');
}

function constraint(at: string, rule: string): string {
  return `1 validation error detected: Value at '${at}' failed to satisfy constraint: ${rule}`;
}

/** What becomes of the records of a job: who comes and goes, and what is wrong with the others. */
export function validateRecords(records: readonly JsonObject[]): {
  changes: MembershipChange[];
  invalid: InvalidRecord[];
} {
  const changes: MembershipChange[] = [];
  const invalid: InvalidRecord[] = [];
  for (const record of records) {
    const externalUserId = String(record['externalUserId']);
    const action = record['action'] as MembershipChange['action'];
    const error = findFault(record, action);
    if (error === undefined) changes.push({ externalUserId, action, record });
    else invalid.push({ externalId: externalUserId, error });
  }
  return { changes, invalid };
}

function findFault(record: JsonObject, action: string): string | undefined {
  const values = (record['hashedPII'] as JsonObject[]).flatMap((pii) => Object.values(pii));
  if (values.some((value) => typeof value !== 'string' || !HASH.test(value))) {
    return 'hashedPII must be normalized and SHA-256 hashed';
  }
  if (values.includes(EMPTY_HASH)) return 'hashedPII must not be the hash of an empty value';
  if (action === 'DELETE') return undefined;
  if (values.length === 0) return 'hashedPII must hold at least one value';
  return findConsentFault(record);
}

/**
 * "Consent needed for UK/EEA": a signal must be there, and must not refuse
 * (https://github.com/idealerror/amazon-ads-api-docs/tree/08dc185c, 2025-09).
 */
function findConsentFault({ countryCode, userConsent }: JsonObject): string | undefined {
  const { geo, consent } = isJsonObject(userConsent) ? userConsent : {};
  const signals = isJsonObject(consent) ? consent : {};
  const amzn = isJsonObject(signals['amzn']) ? signals['amzn'] : {};
  if (amzn['amznUserData'] === 'DENIED') return 'userConsent denies the use of the data';
  const given = isJsonObject(geo) ? (geo['countryCode'] ?? countryCode) : countryCode;
  if (typeof given !== 'string' || !isConsentCountry(given)) return undefined;
  const isThere =
    signals['tcf'] !== undefined ||
    signals['gpp'] !== undefined ||
    amzn['amznUserData'] === 'GRANTED';
  return isThere ? undefined : `userConsent is required for ${given}`;
}
