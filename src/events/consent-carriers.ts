import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import {
  answersOf,
  type CategoryAnswers,
  type CategoryReading,
  isReportingCategory,
  levelOfCategories,
  levelOfScopes,
  nameOfCategory,
  readCategories,
  readNestedAnswer,
} from './consent-categories.js';
import { readAnswer, readLevel } from './consent-words.js';
import type { ConsentLevel, ConsentSignals, ConsentStatus, ConversionEvent } from './conversion-event.js';
import { describeType } from './field-problem.js';
import { quoteWord } from './field-values.js';
import type { Warn } from './warnings.js';

/** Fields whose text is kept: consent strings. */
const TEXT_FIELDS = ['tcf', 'gpp', 'gppSid', 'usPrivacy'] as const;
/** Fields that hold one answer. */
const STATUS_FIELDS = [
  'amznUserData',
  'amznAdStorage',
  'adUserData',
  'adPersonalization',
  'adStorage',
  'analyticsStorage',
] as const;
type TextField = (typeof TEXT_FIELDS)[number];
type StatusField = (typeof STATUS_FIELDS)[number];

/**
 * The one list of fields that carry consent, by the names that they have in events, contexts and consent managers; the
 * first is ours. Sources: IAB TCF, GPP and US Privacy (in-app keys `IABTCF_TCString`, `IABGPP_HDR_GppString`,
 * `IABUSPrivacy_String`), W3C Global Privacy Control, Google consent mode, Amazon's Events API, OneTrust, Segment and
 * RudderStack (docs/decisions/consent-words.md).
 */
export const CONSENT_CARRIERS = {
  level: ['consent_level', 'consentlevel', 'consentLevel', 'consent_status', 'consentStatus'],
  tcf: [
    ...['tcf', 'tcf_string', 'tcfString', 'tc_string', 'tcString', 'tcfConsent', 'tcf_consent', 'IABTCF_TCString'],
    ...['gdpr_consent', 'gdprConsent', 'euconsent', 'euconsent_v2', 'euconsent-v2'],
  ],
  gpp: ['gpp', 'gpp_string', 'gppString', 'gpp_consent', 'gppConsent', 'IABGPP_HDR_GppString'],
  gppSid: ['gpp_sid', 'gppSid', 'gpp_sections', 'IABGPP_GppSID'],
  usPrivacy: [
    ...['us_privacy', 'usPrivacy', 'usprivacy', 'us_privacy_string', 'usPrivacyString', 'usp_string', 'uspString'],
    ...['usp', 'uspConsent', 'usp_consent', 'ccpa_string', 'ccpaString', 'IABUSPrivacy_String'],
  ],
  gpc: ['gpc', 'globalPrivacyControl', 'global_privacy_control', 'sec_gpc', 'Sec-GPC', 'sec-gpc', 'secGpc'],
  amznUserData: ['amzn_user_data', 'amznUserData'],
  amznAdStorage: ['amzn_ad_storage', 'amznAdStorage'],
  adUserData: ['ad_user_data', 'adUserData', 'adUserDataConsent', 'ad_user_data_consent'],
  adPersonalization: ['ad_personalization', 'adPersonalization', 'ad_personalisation'],
  adStorage: ['ad_storage', 'adStorage', 'ads_storage', 'adsStorage'],
  analyticsStorage: ['analytics_storage', 'analyticsStorage'],
  limitedDataUse: [
    ...['limited_data_use', 'limitedDataUse', 'do_not_sell', 'doNotSell', 'ccpa_opt_out', 'ccpaOptOut'],
    ...['restricted_data_processing', 'restrictedDataProcessing'],
  ],
  dataProcessing: ['data_processing_options', 'dataProcessingOptions'],
  categories: [
    ...['categoryPreferences', 'category_preferences', 'consent_categories', 'consentCategories'],
    ...['OnetrustActiveGroups', 'OneTrustActiveGroups', 'onetrustActiveGroups', 'oneTrustActiveGroups'],
    ...['onetrust_active_groups', 'one_trust_active_groups', 'OptanonActiveGroups', 'optanonActiveGroups'],
    ...['optanon_active_groups', 'OptanonConsent', 'optanonConsent', 'optanon_consent', 'onetrust', 'oneTrust'],
    ...['consent_groups', 'consentGroups', 'consent_preferences', 'consentPreferences', 'consents'],
    ...['cookie_consent', 'cookieConsent', 'CookieConsent', 'consent_purposes', 'consentPurposes'],
  ],
  adsAnswer: [
    ...['ad_consent', 'adConsent', 'ads_consent', 'adsConsent', 'consent_ads', 'consentAds'],
    ...['advertising_consent', 'advertisingConsent', 'consent_advertising', 'consentAdvertising'],
    ...['marketing_consent', 'marketingConsent', 'consent_marketing', 'consentMarketing'],
    ...['targeting_consent', 'targetingConsent', 'tracking_consent', 'trackingConsent'],
  ],
  consent: ['consent'],
  management: ['consentManagement', 'consent_management'],
} as const;
type Carrier = keyof typeof CONSENT_CARRIERS;

const CARRIERS: ReadonlyMap<string, Carrier> = new Map(
  Object.entries(CONSENT_CARRIERS).flatMap(([carrier, names]) => names.map((name) => [name, carrier as Carrier])),
);
/** The order of the names of one carrier: the first is ours, and goes before the others. */
const NAME_RANKS: ReadonlyMap<string, number> = new Map(
  Object.values(CONSENT_CARRIERS).flatMap((names) => names.map((name, rank) => [name as string, rank] as const)),
);
/** More than the names that any carrier has. */
const NAMES_PER_PLACE = 100;

/** All names of {@link CONSENT_CARRIERS}. */
export const CONSENT_NAMES: readonly string[] = [...CARRIERS.keys()];

/**
 * Whether a message has a carrier beside its `consentLevel`. The list is short and written out, because every line pays
 * for it: the others are read in `properties` and `context` only.
 */
export function hasConsentCarrier(message: JsonObject): boolean {
  return (
    message['consent'] !== undefined ||
    message['consent_level'] !== undefined ||
    message['consentManagement'] !== undefined ||
    message['ad_user_data'] !== undefined ||
    message['tcf'] !== undefined ||
    message['gpp'] !== undefined ||
    message['us_privacy'] !== undefined ||
    message['gpc'] !== undefined
  );
}

/** Consent strings are longer than other text. */
export const MAX_CONSENT_LENGTH = 8192;
const RANK: Readonly<Record<ConsentLevel, number>> = { none: 0, anonymous: 1, full: 2, not_set: 3 };

/**
 * Collects what a record says of consent, wherever it says it. Of several levels the strictest holds; an answer that is
 * not understood is kept as such. A field that is not usable costs itself and is reported through `warn`.
 */
export class ConsentCollector {
  /** The strictest level that was stated. */
  level: ConsentLevel = 'not_set';
  readonly signals: ConsentSignals = {};
  readonly #warn: Warn;
  /** Number of the object that is read: what an earlier one says goes before. */
  #place = 0;
  readonly #ranks: Partial<Record<TextField, number>> = {};

  constructor(warn: Warn) {
    this.#warn = warn;
  }

  /** Reads the carriers among the members of an object. @param path of the object, ending in a dot, or empty */
  read(from: JsonObject, path: string): void {
    const place = this.#place++;
    for (const name in from) {
      const carrier = CARRIERS.get(name);
      if (carrier === undefined) continue;
      const rank = place * NAMES_PER_PLACE + (NAME_RANKS.get(name) ?? 0);
      this.#readCarrier(carrier, from[name], { path: path + name, rank });
    }
  }

  /** Reads a level or an answer that stands for one. */
  readLevel(value: unknown, carrier: string): void {
    const level = readLevel(value);
    if (level === undefined) return;
    this.state({ level, says: describeValue(value) }, carrier);
  }

  /** Takes what a carrier says: a level, or that it is not understood. */
  state({ level, says }: CategoryReading, carrier: string): void {
    if (level === 'unclear') {
      (this.signals.unclear ??= []).push({ carrier, says });
      this.#warn({
        code: 'unusable_field',
        field: carrier,
        message: `is not understood (${says}); not taken as consent`,
      });
      return;
    }
    if (RANK[level] >= RANK[this.level]) return;
    this.level = level;
    if (carrier === 'consentLevel') delete this.signals.levelFrom;
    else this.signals.levelFrom = { carrier, says };
  }

  #readCarrier(carrier: Carrier, value: unknown, at: { path: string; rank: number }): void {
    if (value === undefined || value === null || value === '') return;
    if (isOneOf(TEXT_FIELDS, carrier)) this.#readText(carrier, value, at);
    else if (isOneOf(STATUS_FIELDS, carrier)) this.#readStatus(carrier, value, at.path);
    else READERS[carrier](this, value, at.path);
  }

  #readText(field: TextField, value: unknown, { path, rank }: { path: string; rank: number }): void {
    const isList = field === 'gppSid' && (Array.isArray(value) || typeof value === 'number');
    const text = isList ? [value].flat().join('_') : typeof value === 'string' ? value.trim() : undefined;
    if (text === undefined || text.length > MAX_CONSENT_LENGTH) {
      const says = text === undefined ? `it is ${describeType(value)}` : `it has ${text.length} characters`;
      this.state({ level: 'unclear', says }, path);
    } else if (text !== '' && readAnswer(text) !== 'unset') {
      this.#keepText(field, text, rank);
    }
  }

  /** Of several strings the first name's is passed on; the others count as well. */
  #keepText(field: TextField, text: string, rank: number): void {
    const { [field]: known = text, others = [] } = this.signals;
    const isFirst = rank < (this.#ranks[field] ?? Infinity);
    if (isFirst) [this.signals[field], this.#ranks[field]] = [text, rank];
    if (known === text || field === 'gppSid') return;
    const kept = others.filter((other) => other.field !== field || (other.text !== text && other.text !== known));
    this.signals.others = [...kept, { field, text: isFirst ? known : text }];
  }

  #readStatus(field: StatusField, value: unknown, path: string): void {
    const answer = readNestedAnswer(value);
    if (answer === 'unclear') this.state({ level: 'unclear', says: describeValue(value) }, path);
    if (answer === 'denied') this.signals[field] = 'DENIED';
    if (answer === 'granted') this.signals[field] ??= 'GRANTED' satisfies ConsentStatus;
  }

  /**
   * Limits the use of data where the answer says so. One that is not understood is taken for a limit: the cautious
   * reading costs reach, the other one a person's choice.
   */
  limit(value: unknown, path: string): void {
    const answer = isLimitMode(value) ? 'granted' : readNestedAnswer(value);
    if (answer === 'unclear') {
      const message = `is not understood (${describeValue(value)}); taken as true`;
      this.#warn({ code: 'unusable_field', field: path, message });
    }
    if (answer === 'granted' || answer === 'unclear') this.signals.limitedDataUse = true;
    if (answer === 'denied') this.signals.limitedDataUse ??= false;
  }

  /** Reads categories in whatever shape they have. */
  readCategories(value: unknown, path: string): void {
    const reading = readCategories(value);
    if (reading !== undefined) this.state(reading, path);
  }
}

type Read = (collector: ConsentCollector, value: unknown, path: string) => void;

const READERS: Readonly<Record<Exclude<Carrier, TextField | StatusField>, Read>> = {
  level: (collector, value, path) => collector.readLevel(value, path),
  categories: (collector, value, path) => collector.readCategories(value, path),
  limitedDataUse: (collector, value, path) => collector.limit(value, path),
  gpc: readGpc,
  dataProcessing: readDataProcessing,
  adsAnswer: readAdsAnswer,
  consent: readConsentObject,
  management: readManagement,
};

/** Any other value than on is no signal (https://www.w3.org/TR/gpc/, 2026-11-30). */
function readGpc(collector: ConsentCollector, value: unknown): void {
  if (readAnswer(value) === 'granted') collector.signals.gpc = true;
}

/** Meta's and Amazon's words for limited data use; an empty list says that it is not asked for. */
function readDataProcessing(collector: ConsentCollector, value: unknown): void {
  const modes = isJsonObject(value) ? [value['modes'], value['options']].flat() : [value].flat(2);
  if (modes.some(isLimitMode)) collector.signals.limitedDataUse = true;
}

function isLimitMode(mode: unknown): boolean {
  const word = typeof mode === 'string' && mode.length < 30 ? mode.trim().toUpperCase() : '';
  return word === 'LDU' || word === 'LIMITED_DATA_USE';
}

/** An answer about advertising alone: it can refuse, but a grant may be for a newsletter and grants nothing. */
function readAdsAnswer(collector: ConsentCollector, value: unknown, path: string): void {
  const answer = readNestedAnswer(value);
  if (answer === 'denied' || answer === 'unclear') {
    collector.state({ level: ANSWER_LEVELS[answer], says: describeValue(value) }, path);
  }
}

/** Members of a consent object that hold its categories. */
const CATEGORY_LISTS = ['categories', 'purposes', 'preferences', 'groups', 'choices'];

/** An answer, or an object with carriers and with categories by their own names. */
function readConsentObject(collector: ConsentCollector, value: unknown, path: string): void {
  if (!isJsonObject(value)) {
    if (Array.isArray(value)) collector.readCategories(value, path);
    else collector.readLevel(value, path);
    return;
  }
  collector.read(value, `${path}.`);
  for (const name of CATEGORY_LISTS) {
    if (typeof value[name] === 'object') collector.readCategories(value[name], `${path}.${name}`);
  }
  const answer = readAnswer(ANSWERS.map((name) => value[name]).filter((one) => typeof one !== 'object'));
  if (answer !== undefined) collector.state({ level: ANSWER_LEVELS[answer], says: answer }, path);
  const rest = Object.entries(value).filter(
    ([name]) => !CARRIERS.has(name) && !ANSWERS.includes(name) && !CATEGORY_LISTS.includes(name),
  );
  // Other members of such an object are times, versions and the like: what answers is a category, or is named like one.
  const answers = answersOf(Object.fromEntries(rest)).filter(
    ([name, one]) => one === 'granted' || one === 'denied' || isReportingCategory(name),
  );
  if (answers.length > 0) collector.state(levelOfCategories(answers), path);
}

const ANSWER_LEVELS = { granted: 'full', denied: 'none', unset: 'not_set', unclear: 'unclear' } as const;
const ANSWERS = ['granted', 'given', 'consented', 'allowed', 'accepted', 'status', 'value', 'answer', 'choice'];

/** RudderStack's lists of ids; with the strategy `or` one allowed purpose is enough. */
function readManagement(collector: ConsentCollector, value: unknown, path: string): void {
  if (!isJsonObject(value)) return;
  const allowed = listOf(value['allowedConsentIds'] ?? value['allowed_consent_ids']);
  const denied = listOf(value['deniedConsentIds'] ?? value['denied_consent_ids']);
  const strategy = value['resolutionStrategy'] ?? value['resolution_strategy'];
  if (allowed === undefined && denied === undefined) return;
  if (denied === undefined) {
    const reading = readCategories(allowed);
    if (reading !== undefined) collector.state(reading, path);
    return;
  }
  const refused = new Set(denied);
  const answers: CategoryAnswers = [
    ...denied.map((id) => [id, 'denied'] as const),
    ...(allowed ?? []).filter((id) => !refused.has(id)).map((id) => [id, 'granted'] as const),
  ];
  if (answers.length > 0) {
    collector.state(levelOfCategories(answers, ['or', 'any'].includes(String(strategy).toLowerCase())), path);
  }
}

/** Ids in a list, in text with commas, or as members of an object; empty for one that cannot be read. */
function listOf(ids: unknown): string[] | undefined {
  if (ids === undefined || ids === null) return undefined;
  if (typeof ids === 'string')
    return ids
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean);
  if (isJsonObject(ids)) return Object.keys(ids).filter((id) => readNestedAnswer(ids[id]) === 'granted');
  const list = Array.isArray(ids) ? (ids.flat() as unknown[]) : [ids];
  return list.filter((id) => id !== null && id !== '').map(readId);
}

/** The id of a consent purpose: text, a number, or an object that has one. */
function readId(id: unknown): string {
  if (typeof id === 'number') return String(id);
  if (isJsonObject(id)) return nameOfCategory(id) ?? '';
  return typeof id === 'string' ? id : '';
}

/** A complete list of granted purposes, as Snowplow writes it. */
export function stateScopes(collector: ConsentCollector, scopes: readonly unknown[], path: string): void {
  collector.state(levelOfScopes(scopes.filter((scope) => typeof scope === 'string')), path);
}

/** Words are shown; any other text could name a person, and only its length is. */
function describeValue(value: unknown): string {
  if (typeof value === 'string') return quoteWord(value);
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name);
}

/** Adds to an event what was collected of its record: of levels and of answers the stricter holds. */
export function mergeConsent(event: ConversionEvent, { level, signals }: ConsentCollector): void {
  const { levelFrom, unclear, ...others } = signals;
  const given = event.consent;
  if (RANK[level] < RANK[event.consentLevel]) {
    event.consentLevel = level;
    if (levelFrom === undefined) delete given.levelFrom;
    else given.levelFrom = levelFrom;
  }
  addOtherTexts(given, others);
  if (unclear !== undefined) given.unclear = [...(given.unclear ?? []), ...unclear];
  for (const field of STATUS_FIELDS) {
    if (others[field] !== undefined && given[field] !== 'DENIED') given[field] = others[field];
    delete others[field];
  }
  if (others.limitedDataUse) given.limitedDataUse = true;
  event.consent = { ...others, ...given };
}

/** Strings that differ from those that are given already: what they refuse holds as well. */
function addOtherTexts(given: ConsentSignals, more: ConsentSignals): void {
  const texts = [...(given.others ?? []), ...(more.others ?? [])];
  for (const field of ['tcf', 'gpp', 'usPrivacy'] as const) {
    const [known, text] = [given[field], more[field]];
    if (known !== undefined && text !== undefined && known !== text) texts.push({ field, text });
  }
  if (texts.length > 0) given.others = texts;
}
