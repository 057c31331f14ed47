import { ConsentCollector } from '../events/consent-collector.js';
import { describeType, FieldProblem } from '../events/field-problem.js';
import { missing, wrongType } from '../events/field-values.js';
import { CONSENT_LEVELS } from '../events/audience-fields.js';
import { readIdentifiers } from '../events/identifier-fields.js';
import { IDENTIFIER_NAMES } from '../events/identifier-names.js';
import { readFieldMask } from '../events/field-mask.js';
import { ignoreWarnings, type Warning } from '../events/warnings.js';
import type { JsonObject } from '../json.js';
import type { MembershipAction, Person } from './person.js';

/** `^[0-9a-zA-Z\-\_]{1,128}$` (specification "Advertiser audiences", PayloadObj). */
const EXTERNAL_ID = /^[0-9a-zA-Z\-_]{1,128}$/;
const EXPECTED_ID = '1 to 128 letters, digits, - and _';

/** Names of the id on a line of ours, the first being the one that we document. */
export const EXTERNAL_ID_NAMES = ['externalUserId', 'external_user_id'] as const;

/**
 * A line of our own form: `{"externalUserId","email"?,…,"action"?,"consent"?}`. @throws
 * FieldProblem
 */
export function readPersonRecord(record: JsonObject): Person {
  const name = EXTERNAL_ID_NAMES.find((one) => record[one] !== undefined) ?? EXTERNAL_ID_NAMES[0];
  const identifiers = readIdentifiers([[record, '', readFieldMask(record)]], refuseBadHash);
  refuseUnknownCountry(record, identifiers.country);
  return {
    externalId: readExternalId(record, name, name),
    action: readAction(record['action']),
    identifiers,
    ...readConsent(record),
    properties: {},
    otherIds: [],
  };
}

/**
 * The id of a person, checked against Amazon's pattern; a message never quotes it, because an
 * e-mail address may stand there. @throws FieldProblem
 */
export function readExternalId(from: JsonObject, name: string, path: string): string {
  const given = from[name];
  const text = typeof given === 'number' && Number.isSafeInteger(given) ? String(given) : given;
  if (text === undefined || text === null || text === '') throw missing(path, EXPECTED_ID);
  if (typeof text !== 'string') throw wrongType(path, EXPECTED_ID, text);
  if (EXTERNAL_ID.test(text)) return text;
  const found =
    text.length > 128
      ? `has ${text.length} characters`
      : 'has characters that Amazon does not accept';
  throw new FieldProblem('invalid_format', path, `${found}; expected ${EXPECTED_ID}`);
}

function readAction(given: unknown): MembershipAction {
  if (given === undefined || given === null || given === '') return 'CREATE';
  const word = typeof given === 'string' ? given.toUpperCase() : given;
  if (word === 'CREATE' || word === 'DELETE') return word;
  const found = typeof given === 'string' ? 'is neither' : `is ${describeType(given)}`;
  throw new FieldProblem('invalid_enum', 'action', `${found}; expected CREATE or DELETE`);
}

/** A list has no place for warnings: a hash that cannot be used is said of the line. */
function refuseBadHash({ code, field, message }: Warning): void {
  if (code === 'unusable_field' && field.endsWith('_hash')) {
    throw new FieldProblem('invalid_hash', field, message.replace('; left out', ''));
  }
}

/** Consent is asked for by country: one that cannot be read must not pass for none. */
function refuseUnknownCountry(record: JsonObject, country: string | undefined): void {
  if (country !== undefined) return;
  const given = IDENTIFIER_NAMES.country.find(
    (name) => record[name] !== undefined && record[name] !== null,
  );
  if (given === undefined || record[given] === '') return;
  throw new FieldProblem(
    'invalid_value',
    given,
    'is an unknown country; expected a code such as US or DE',
  );
}

/**
 * What the record says of consent. A word that is not understood makes the record invalid: a
 * refusal that is misspelled must not pass for no signal, and a list has no level that could stand
 * in for it. @throws FieldProblem
 */
function readConsent(record: JsonObject): Pick<Person, 'consentLevel' | 'consent'> {
  const collector = new ConsentCollector(ignoreWarnings);
  collector.read(record, '');
  const [unclear] = collector.signals.unclear ?? [];
  if (unclear === undefined) return { consentLevel: collector.level, consent: collector.signals };
  const { carrier } = unclear;
  const expected =
    carrier === 'consentLevel' ? `one of ${CONSENT_LEVELS.join(', ')}` : 'GRANTED or DENIED';
  throw new FieldProblem('invalid_enum', carrier, `is not understood; expected ${expected}`);
}
