import type { ConsentLevel } from './conversion-event.js';

/**
 * What a person answered. `unset`: the system says that there is no answer yet. `unclear`: there is
 * an answer that we do not understand, so that no default may stand in for it.
 */
export type Answer = 'granted' | 'denied' | 'unset' | 'unclear';

/** The one table of consent words for all readers, without spaces, `_` and `-`, in lower case. */
const WORDS: ReadonlyMap<string, Answer> = new Map([
  ...list(
    'granted',
    'granted grant yes y true t 1 on ok all allow allows allowed allowall accept accepts ' +
      'accepted acceptall agree agrees agreed approve approved permit permitted enable enabled ' +
      'active given consent consents consented consentgiven optin optedin subscribed authorized ' +
      'authorised',
  ),
  ...list(
    'denied',
    'denied deny denies denyall no n false f 0 off none never reject rejects rejected ' +
      'rejectall rejection decline declines declined declineall refuse refuses refused refuseall ' +
      'refusal disallow disallowed disagree disagreed disapproved block blocked disable disabled ' +
      'inactive forbidden prohibited restricted revoke revoked revocation withdraw withdrawn ' +
      'withdrew withdrawal expired optout optedout unsubscribed negative notgiven notgranted ' +
      'notallowed notaccepted notagreed notconsented noconsent nonconsent withoutconsent ' +
      'objected objection donotsell donottrack donotconsent unauthorized unauthorised',
  ),
  ...list(
    'unset',
    'unset notset unspecified unknown undefined undecided undetermined notdetermined notasked ' +
      'unanswered pending prompt waiting default null nil nan na notapplicable notavailable ' +
      'statusunspecified statusunknown',
  ),
]);

function list(answer: Answer, words: string): [string, Answer][] {
  return words.split(' ').map((word) => [word, answer]);
}

/** Longest text that can be a consent word. */
const MAX_WORD_LENGTH = 64;

/** Placeholders that other systems write for "no value". */
const PLACEHOLDER =
  /^(?:-+|\(.{0,30}\)|\[object object\]|n\/a|\$?\{.{0,60}\}|%%.{0,60}%%|__.{0,60}__)$/s;

/**
 * Reads one answer: a boolean, 1 or 0, or a word of the table in any spelling (`CONSENT_DENIED`,
 * `opted-out`, `No`). A list is denied if one of its answers is. Returns undefined for an absent
 * value.
 */
export function readAnswer(value: unknown): Answer | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'boolean') return value ? 'granted' : 'denied';
  if (typeof value === 'number')
    return value === 1 ? 'granted' : value === 0 ? 'denied' : 'unclear';
  if (typeof value === 'string') return readWord(value);
  return Array.isArray(value) ? readAnswers(value as unknown[]) : 'unclear';
}

function readWord(text: string): Answer | undefined {
  if (text.length > MAX_WORD_LENGTH) return text.trim() === '' ? undefined : 'unclear';
  const word = text.trim().toLowerCase();
  if (word === '') return undefined;
  const known = WORDS.get(word);
  if (known !== undefined) return known;
  if (PLACEHOLDER.test(word)) return 'unset';
  const letters = word.replace(/[\s_-]/g, '');
  // `-1` and `0 1` are not the digits that they hold.
  if (!/^[a-z]/.test(letters)) return 'unclear';
  return WORDS.get(letters) ?? WORDS.get(letters.replace(/^consent(?:status)?/, '')) ?? 'unclear';
}

function readAnswers(values: readonly unknown[]): Answer | undefined {
  const answers = values.map((value) =>
    typeof value === 'object' && value !== null ? 'unclear' : readAnswer(value),
  );
  for (const answer of ['denied', 'unclear', 'unset', 'granted'] as const)
    if (answers.includes(answer)) return answer;
  return undefined;
}

const LEVELS: ReadonlyMap<string, ConsentLevel> = new Map([
  ['notset', 'not_set'],
  ['none', 'none'],
  ['anonymous', 'anonymous'],
  ['anonymized', 'anonymous'],
  ['anonymised', 'anonymous'],
  ['full', 'full'],
]);

/** Reads a consent level by our own names, or by an answer: a grant is full, a refusal none. */
export function readLevel(value: unknown): ConsentLevel | 'unclear' | undefined {
  if (typeof value === 'string' && value.length <= MAX_WORD_LENGTH) {
    const level = LEVELS.get(value.toLowerCase().replace(/[\s_-]/g, ''));
    if (level !== undefined) return level;
  }
  const answer = readAnswer(value);
  if (answer === undefined || answer === 'unclear') return answer;
  return answer === 'granted' ? 'full' : answer === 'denied' ? 'none' : 'not_set';
}
