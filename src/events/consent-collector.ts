import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import {
  type Carrier,
  CARRIERS,
  NAME_RANKS,
  NAMES_PER_CARRIER,
  STATUS_FIELDS,
  type StatusField,
  TEXT_FIELDS,
  type TextField,
} from './consent-carriers.js';
import {
  answersOf,
  type CategoryReading,
  isReportingCategory,
  levelOfCategories,
  levelOfScopes,
  readCategories,
  readNestedAnswer,
} from './consent-categories.js';
import { readConsentLists } from './consent-lists.js';
import { readAnswer, readLevel } from './consent-words.js';
import type { ConsentLevel, ConsentSignals, ConsentStatus } from './conversion-event.js';
import { describeType } from './field-problem.js';
import { quoteWord } from './field-values.js';
import type { Warn } from './warnings.js';

/** Consent strings are longer than other text. */
export const MAX_CONSENT_LENGTH = 8192;
export const RANK: Readonly<Record<ConsentLevel, number>> = {
  none: 0,
  anonymous: 1,
  full: 2,
  not_set: 3,
};

/**
 * Collects what a record says of consent, wherever it says it. Of several levels the strictest
 * holds; an answer that is not understood is kept as such. A field that is not usable costs itself
 * and is reported through `warn`.
 */
export class ConsentCollector {
  /** The strictest level that was stated. */
  level: ConsentLevel = 'not_set';
  readonly signals: ConsentSignals = {};
  readonly #warn: Warn;
  /** Number of the object that is read: what an earlier one says goes before. */
  #carriers = 0;
  readonly #ranks: Partial<Record<TextField, number>> = {};

  constructor(warn: Warn) {
    this.#warn = warn;
  }

  /**
   * Reads the carriers among the members of an object. @param path of the object, ending in a dot,
   * or empty
   */
  read(from: JsonObject, path: string): void {
    const order = this.#carriers++;
    for (const name in from) {
      const carrier = CARRIERS.get(name);
      if (carrier === undefined) continue;
      const rank = order * NAMES_PER_CARRIER + (NAME_RANKS.get(name) ?? 0);
      this.#readCarrier(carrier, from[name], { path: path + name, rank });
    }
  }

  /** Reads a level, or an answer that implies one. */
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

  #readText(
    field: TextField,
    value: unknown,
    { path, rank }: { path: string; rank: number },
  ): void {
    const isList = field === 'gppSid' && (Array.isArray(value) || typeof value === 'number');
    const text = isList
      ? [value].flat().join('_')
      : typeof value === 'string'
        ? value.trim()
        : undefined;
    if (text === undefined || text.length > MAX_CONSENT_LENGTH) {
      const says =
        text === undefined ? `it is ${describeType(value)}` : `it has ${text.length} characters`;
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
    const kept = others.filter(
      (other) => other.field !== field || (other.text !== text && other.text !== known),
    );
    this.signals.others = [...kept, { field, text: isFirst ? known : text }];
  }

  #readStatus(field: StatusField, value: unknown, path: string): void {
    const answer = readNestedAnswer(value);
    if (answer === 'unclear') this.state({ level: 'unclear', says: describeValue(value) }, path);
    if (answer === 'denied') this.signals[field] = 'DENIED';
    if (answer === 'granted') this.signals[field] ??= 'GRANTED' satisfies ConsentStatus;
  }

  /**
   * Limits the use of data where the answer says so. One that is not understood is taken for a
   * limit: the cautious reading costs reach, the other one a person's choice.
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

  /** Reads categories in any of their forms. */
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
  management: (collector, value, path) => {
    const reading = readConsentLists(value);
    if (reading !== undefined) collector.state(reading, path);
  },
};

/** Only an affirmative value is a signal (https://www.w3.org/TR/gpc/, 2026-11-30). */
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

/**
 * An answer about advertising alone: it can refuse, but a grant may be for a newsletter and grants
 * nothing.
 */
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
  const answer = readAnswer(
    ANSWERS.map((name) => value[name]).filter((one) => typeof one !== 'object'),
  );
  if (answer !== undefined) collector.state({ level: ANSWER_LEVELS[answer], says: answer }, path);
  const rest = Object.entries(value).filter(
    ([name]) => !CARRIERS.has(name) && !ANSWERS.includes(name) && !CATEGORY_LISTS.includes(name),
  );
  // Other members of such an object are times, versions and the like: what answers is a category,
  // or is named like one.
  const answers = answersOf(Object.fromEntries(rest)).filter(
    ([name, one]) => one === 'granted' || one === 'denied' || isReportingCategory(name),
  );
  if (answers.length > 0) collector.state(levelOfCategories(answers), path);
}

const ANSWER_LEVELS = {
  granted: 'full',
  denied: 'none',
  unset: 'not_set',
  unclear: 'unclear',
} as const;
const ANSWERS = [
  'granted',
  'given',
  'consented',
  'allowed',
  'accepted',
  'status',
  'value',
  'answer',
  'choice',
];

/** A complete list of granted purposes, as Snowplow writes it. */
export function stateScopes(
  collector: ConsentCollector,
  scopes: readonly unknown[],
  path: string,
): void {
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
