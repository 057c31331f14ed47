import type { ConsentSignals } from '../events/conversion-event.js';
import { describeType, FieldProblem } from '../events/field-problem.js';
import { missing, readObject, readText, wrongType } from '../events/field-values.js';
import { CONSENT_LEVELS, IDENTIFIER_NAMES } from '../events/audience-fields.js';
import { readIdentifiers } from '../events/identifier-fields.js';
import { readPresence } from '../events/presence.js';
import type { JsonObject } from '../json.js';
import type { MembershipAction, Person } from './person.js';

/** `^[0-9a-zA-Z\-\_]{1,128}$` (specification "Advertiser audiences", PayloadObj). */
const EXTERNAL_ID = /^[0-9a-zA-Z\-_]{1,128}$/;
const EXPECTED_ID = '1 to 128 letters, digits, - and _';

/** Names of the id on a line of ours, the first being the one that we document. */
export const EXTERNAL_ID_NAMES = ['externalUserId', 'external_user_id'] as const;

/** A line of our own form: `{"externalUserId","email"?,…,"action"?,"consent"?}`. @throws FieldProblem */
export function readPersonRecord(record: JsonObject): Person {
  const name = EXTERNAL_ID_NAMES.find((one) => record[one] !== undefined) ?? EXTERNAL_ID_NAMES[0];
  const identifiers = readIdentifiers([[record, '', readPresence(record)]]);
  refuseUnknownCountry(record, identifiers.country);
  return {
    externalId: readExternalId(record, name, name),
    action: readAction(record['action']),
    identifiers,
    consentLevel: readLevel(record),
    consent: readConsent(record),
    properties: {},
    otherIds: [],
  };
}

/**
 * The id of a person, checked against Amazon's pattern; a message never quotes it, because an e-mail address may stand
 * there. @throws FieldProblem
 */
export function readExternalId(from: JsonObject, name: string, path: string): string {
  const given = from[name];
  const text = typeof given === 'number' && Number.isSafeInteger(given) ? String(given) : given;
  if (text === undefined || text === null || text === '') throw missing(path, EXPECTED_ID);
  if (typeof text !== 'string') throw wrongType(path, EXPECTED_ID, text);
  if (EXTERNAL_ID.test(text)) return text;
  const found = text.length > 128 ? `has ${text.length} characters` : 'has characters that Amazon does not take';
  throw new FieldProblem('invalid_format', path, `${found}; expected ${EXPECTED_ID}`);
}

function readAction(given: unknown): MembershipAction {
  if (given === undefined || given === null || given === '') return 'CREATE';
  const word = typeof given === 'string' ? given.toUpperCase() : given;
  if (word === 'CREATE' || word === 'DELETE') return word;
  const found = typeof given === 'string' ? 'is neither' : `is ${describeType(given)}`;
  throw new FieldProblem('invalid_enum', 'action', `${found}; expected CREATE or DELETE`);
}

/** Consent is asked for by country: one that cannot be read must not pass for none. */
function refuseUnknownCountry(record: JsonObject, country: string | undefined): void {
  if (country !== undefined) return;
  const given = IDENTIFIER_NAMES.country.find((name) => record[name] !== undefined && record[name] !== null);
  if (given === undefined || record[given] === '') return;
  throw new FieldProblem('invalid_value', given, 'is no country that is known; expected a code such as US or DE');
}

const SIGNALS = {
  tcf: ['tcf'],
  gpp: ['gpp'],
  gppSid: ['gppSid', 'gpp_sid'],
  amznUserData: ['amznUserData', 'amzn_user_data'],
  amznAdStorage: ['amznAdStorage', 'amzn_ad_storage'],
  adUserData: ['adUserData', 'ad_user_data'],
  adPersonalization: ['adPersonalization', 'ad_personalization'],
} as const;
/** Consent strings are longer than other text. */
const MAX_SIGNAL_LENGTH = 8192;

function readConsent(record: JsonObject): ConsentSignals {
  const consent = readObject(record, 'consent', 'consent');
  const signals: ConsentSignals = {};
  for (const [field, names] of Object.entries(SIGNALS)) {
    for (const name of names) {
      const text = readText(consent, name, `consent.${name}`, MAX_SIGNAL_LENGTH);
      if (text !== undefined) signals[field as keyof typeof SIGNALS] = text;
    }
  }
  for (const field of ['amznUserData', 'amznAdStorage'] as const) refuseOtherWord(field, signals[field]);
  return signals;
}

/** A refusal that is misspelt must not pass for no signal. */
function refuseOtherWord(field: string, word: string | undefined): void {
  if (word === undefined || /^(?:granted|denied)$/i.test(word)) return;
  throw new FieldProblem('invalid_enum', `consent.${field}`, 'is neither GRANTED nor DENIED');
}

function readLevel(record: JsonObject): Person['consentLevel'] {
  const given = readText(record, 'consentLevel', 'consentLevel') ?? 'not_set';
  const level = CONSENT_LEVELS.find((one) => one === given);
  if (level !== undefined) return level;
  throw new FieldProblem('invalid_enum', 'consentLevel', `is none of ${CONSENT_LEVELS.join(', ')}`);
}
