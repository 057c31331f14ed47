import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import { type Answer, readAnswer } from './consent-words.js';
import type { ConsentLevel } from './conversion-event.js';
import { decodePercent } from './percent-encoding.js';

/** Answers by the name of their category, in the order in which they were given. */
export type CategoryAnswers = readonly (readonly [name: string, answer: Answer | undefined])[];

/**
 * What consent categories say. `level` is `not_set` where they say nothing about advertising or
 * measurement, and `unclear` where a refusal is among them that we do not understand.
 */
export interface CategoryReading {
  level: ConsentLevel | 'unclear';
  /** Names and answers that decided, in words. */
  says: string;
}

/**
 * What a category is about. Refusing `tracking` (social media, cross-site tracking, whatever is not
 * necessary) refuses advertising; granting it grants nothing. `other` purposes say nothing about
 * reporting conversions.
 */
type Purpose = 'ads' | 'tracking' | 'analytics' | 'other' | 'unknown';

const TOKENS: ReadonlyMap<string, Purpose> = new Map([
  ...tokens(
    'ads',
    'ad ads adv advert adverts advertise advertiser advertisers advertising advertisement ' +
      'advertisements adstorage aduserdata adpersonalization marketing remarketing retargeting ' +
      'targeting targeted',
  ),
  ...tokens(
    'tracking',
    'social socialmedia tracking sale sell selling sharing all non nonessential optional third',
  ),
  ...tokens(
    'analytics',
    'analytics analytic analytical statistics statistic statistical stats performance ' +
      'measurement measure',
  ),
  ...tokens(
    'other',
    'necessary strictly essential required mandatory functional functionality functionalities ' +
      'preference preferences security personalization personalisation customization storage ' +
      'support chat video',
  ),
]);

function tokens(purpose: Purpose, words: string): [string, Purpose][] {
  return words.split(' ').map((word) => [word, purpose]);
}

/**
 * OneTrust's default categories (https://my.onetrust.com, "Cookie categories": strictly necessary,
 * performance, functional, targeting, social media; read 2026-11-30).
 */
const ONETRUST: Readonly<Record<string, Purpose>> = {
  c0001: 'other',
  c0002: 'analytics',
  c0003: 'other',
  c0004: 'ads',
  c0005: 'tracking',
};

/**
 * Longest name that is looked at: a category is a word or two, and reading it must not cost time.
 */
const MAX_NAME_LENGTH = 128;
const WORD = /[A-Z]{1,128}(?![a-z])|[A-Z]?[a-z]+|\d+/g;
/** Names that say no by themselves: `marketing_opt_out`, `doNotSell`. */
const NEGATIONS: ReadonlySet<string> = new Set([
  'optout',
  'optedout',
  'not',
  'dont',
  'no',
  'without',
  'deny',
  'denied',
]);

interface Category {
  purpose: Purpose;
  /** A grant of the category is a refusal of its purpose. */
  isNegated: boolean;
}

function readCategory(name: string): Category {
  const trimmed = name.length <= MAX_NAME_LENGTH ? name.trim() : '';
  const code = ONETRUST[trimmed.slice(0, 5).toLowerCase()];
  if (code !== undefined && !/^\d/.test(trimmed.slice(5)))
    return { purpose: code, isNegated: false };
  const words = (trimmed.match(WORD) ?? []).map((word) => word.toLowerCase());
  const isNegated = words.some(
    (word, at) => NEGATIONS.has(word) || (isOpt(word) && words[at + 1] === 'out'),
  );
  const purposes = new Set(words.map((word) => TOKENS.get(word)));
  const purpose = (['ads', 'tracking', 'analytics', 'other'] as const).find((one) =>
    purposes.has(one),
  );
  return { purpose: purpose ?? 'unknown', isNegated };
}

function isOpt(word: string): boolean {
  return word === 'opt' || word === 'opted';
}

/**
 * The level that answers by category mean: advertising granted is `full`, analytics `anonymous`; a
 * refusal of either without a grant of the other is `none`, and so is the refusal of everything
 * (docs/development/decisions/consent-words.md).
 * @param isAnyEnough whether one granted advertising category outweighs another that is refused
 */
export function levelOfCategories(answers: CategoryAnswers, isAnyEnough = false): CategoryReading {
  const given = answers.flatMap(([name, answer]) =>
    answer === undefined || answer === 'unset' ? [] : [{ name, answer, ...readCategory(name) }],
  );
  const read = given.map((one) => ({ ...one, answer: turn(one.answer, one.isNegated) }));
  const ads = sum(
    read,
    (one) => one.purpose === 'ads' || (one.purpose === 'tracking' && one.answer !== 'granted'),
  );
  const isAdsGranted = ads === 'granted' || (isAnyEnough && has(read, 'ads', 'granted'));
  const analytics = sum(read, ({ purpose }) => purpose === 'analytics');
  const says = describe(given);
  if (isAdsGranted) return { level: 'full', says };
  if (analytics === 'granted') return { level: 'anonymous', says };
  if (ads === 'denied' || analytics === 'denied') return { level: 'none', says };
  if (read.length > 0 && read.every(({ answer }) => answer === 'denied'))
    return { level: 'none', says };
  const isUnclear = read.some(({ purpose, answer }) =>
    purpose === 'unknown'
      ? answer !== 'granted' && answer !== 'unset'
      : purpose !== 'other' && answer === 'unclear',
  );
  return { level: isUnclear ? 'unclear' : 'not_set', says };
}

type ReadCategory = Category & { name: string; answer: Answer };

/** Whether a category is about reporting conversions or measuring them. */
export function isReportingCategory(name: string): boolean {
  const { purpose } = readCategory(name);
  return purpose === 'ads' || purpose === 'analytics' || purpose === 'tracking';
}

/** A grant of `opt out` is a refusal; not opting out says nothing. */
function turn(answer: Answer, isNegated: boolean): Answer {
  if (!isNegated) return answer;
  return answer === 'granted' ? 'denied' : answer === 'denied' ? 'unset' : answer;
}

/** The strictest answer among some categories. */
function sum(
  read: readonly ReadCategory[],
  about: (one: ReadCategory) => boolean,
): Answer | undefined {
  const answers = new Set(read.filter(about).map(({ answer }) => answer));
  return (['denied', 'unclear', 'granted'] as const).find((answer) => answers.has(answer));
}

function has(read: readonly ReadCategory[], purpose: Purpose, answer: Answer): boolean {
  return read.some((one) => one.purpose === purpose && one.answer === answer);
}

/** Maximum number of categories that a message names. */
const MAX_NAMED = 6;
const MAX_NAME_SHOWN = 40;

function describe(given: readonly { name: string; answer: Answer }[]): string {
  const named = given.slice(0, MAX_NAMED).map(({ name, answer }) => `${showName(name)} ${answer}`);
  const more = given.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Names are the sender's own text: short, without what could name a person or disturb a line. */
function showName(name: string): string {
  const isPlain =
    name.length <= MAX_NAME_SHOWN && /^[\w .:&/-]+$/.test(name) && !/\d{6}/.test(name);
  return isPlain ? name : `a category of ${name.length} characters`;
}

/** The level that a complete list of granted categories means: what is not in it is refused. */
export function levelOfScopes(granted: readonly string[]): CategoryReading {
  const known = granted.map(readCategory);
  const says = granted.length === 0 ? 'nothing granted' : `only ${describe(granted.map(toGrant))}`;
  const has = (one: Purpose): boolean =>
    known.some(({ purpose, isNegated }) => purpose === one && !isNegated);
  if (has('ads')) return { level: 'full', says };
  return { level: has('analytics') ? 'anonymous' : 'none', says };
}

function toGrant(name: string): { name: string; answer: Answer } {
  return { name, answer: 'granted' };
}

/** The same where the names may be another system's codes, of which we know none. */
function levelOfGroups(active: readonly string[]): CategoryReading {
  const isKnown = active.some((name) => readCategory(name).purpose !== 'unknown');
  return isKnown ? levelOfScopes(active) : { level: 'unclear', says: 'its groups are not known' };
}

/** Maximum length of text that lists categories. */
const MAX_TEXT_LENGTH = 8192;

/**
 * Reads categories in any shape that consent managers write: an object or a list of objects with
 * answers, a list of active groups (`["C0001"]`, `,C0001,C0002,`), or text with answers
 * (`C0001:1,C0004:0`, also in a cookie's `groups=`). Undefined where there is nothing.
 */
export function readCategories(value: unknown): CategoryReading | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (Array.isArray(value)) return readCategoryList(value as unknown[]);
  if (isJsonObject(value)) return levelOfCategories(answersOf(value));
  return typeof value === 'string'
    ? readCategoryText(value)
    : { level: 'unclear', says: 'it is not a list of categories' };
}

/** Answers of an object by name: plain ones, or objects such as `{"granted": false}`. */
export function answersOf(from: JsonObject): CategoryAnswers {
  return Object.entries(from).map(([name, value]) => [name, readNestedAnswer(value)]);
}

const ANSWER_NAMES = [
  ...[
    'granted',
    'given',
    'consent',
    'consented',
    'allowed',
    'accepted',
    'enabled',
    'active',
    'status',
    'state',
  ],
  ...['value', 'answer', 'choice', 'decision'],
];

/** The answer of a value, or of the member of an object that holds one. */
export function readNestedAnswer(value: unknown): Answer | undefined {
  if (!isJsonObject(value)) return readAnswer(value);
  const answers = ANSWER_NAMES.map((name) => readAnswer(value[name])).filter(
    (answer) => answer !== undefined,
  );
  const found = (['denied', 'unclear', 'granted', 'unset'] as const).find((answer) =>
    answers.includes(answer),
  );
  return found ?? (ANSWER_NAMES.some((name) => name in value) ? undefined : 'unclear');
}

const NAME_NAMES = [
  'id',
  'name',
  'category',
  'purpose',
  'group',
  'key',
  'code',
  'CustomGroupId',
  'GroupName',
];

/** The name of a category that is an object; a number counts as its name. */
export function nameOfCategory(item: JsonObject): string | undefined {
  const name = NAME_NAMES.map((one) => item[one]).find(
    (one) => typeof one === 'string' || typeof one === 'number',
  );
  return name === undefined ? undefined : String(name);
}

function readCategoryList(items: readonly unknown[]): CategoryReading | undefined {
  if (items.length === 0) return undefined;
  const active = items.filter((item) => typeof item === 'string');
  if (active.length === items.length) {
    return active.length === 1 ? readCategoryText(active[0] as string) : levelOfGroups(active);
  }
  const answers = items.filter(isJsonObject).map((item): [string, Answer | undefined] => {
    const { Status: status, ...rest } = item;
    return [nameOfCategory(item) ?? '', readNestedAnswer(status === undefined ? rest : status)];
  });
  return levelOfCategories(answers);
}

function readCategoryText(text: string): CategoryReading | undefined {
  if (text.trim() === '') return undefined;
  if (text.length > MAX_TEXT_LENGTH)
    return { level: 'unclear', says: `it has ${text.length} characters` };
  const plain = decodePercent(text);
  const groups = /(?:^|&)groups=([^&]*)/.exec(plain)?.[1] ?? plain;
  const items = groups.split(/[,;|]/).map((item) => item.trim());
  const named = items.filter((item) => item !== '');
  if (named.length === 0) return { level: 'unclear', says: 'it names no category' };
  if (named.length === 1 && !/[:=]/.test(named[0] as string) && !text.includes(','))
    return readOneWord(named[0] as string);
  if (!named.every((item) => /[:=]/.test(item))) return levelOfGroups(named);
  return levelOfCategories(
    named.map((item) => {
      const at = item.search(/[:=]/);
      return [item.slice(0, at), readAnswer(item.slice(at + 1))];
    }),
  );
}

/** Reads a single word: an answer to everything (`denied`), or the only active group (`C0001`). */
function readOneWord(word: string): CategoryReading {
  const answer = readAnswer(word);
  if (answer === 'unclear' || answer === undefined) return levelOfGroups([word]);
  const level = answer === 'granted' ? 'full' : answer === 'denied' ? 'none' : 'not_set';
  return { level, says: answer };
}
