import { isIP } from 'node:net';
import { isJsonObject } from '../../json.js';

/** What is wrong with a value, as `path: words`; nothing where it is right. */
export type Check = (value: unknown, path: string) => string[];

/** A SHA-256 hash in upper case. */
const UPPER_HASH = /^(?=.*[A-F])[0-9A-Fa-f]{64}$/;
/** No range is documented: the usual one of a count. */
const MAX_INT32 = 2_147_483_647;
const CURRENCIES: ReadonlySet<unknown> = new Set(Intl.supportedValuesOf('currency'));

function checkThat(holds: (value: unknown) => boolean, words: string): Check {
  return (value, path) => (holds(value) ? [] : [`${path}: ${words}`]);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isHashForm = (value: unknown): boolean => isText(value) && !UPPER_HASH.test(value);

export const checkText = checkThat(isText, 'Not a valid string.');
export const checkNumber = checkThat((value) => typeof value === 'number', 'Not a valid number.');
export const checkInteger = checkThat(
  (value) => Number.isInteger(value) && Math.abs(value as number) <= MAX_INT32,
  'Not a valid integer.',
);
export const checkFlag = checkThat((value) => typeof value === 'boolean', 'Not a valid boolean.');
export const checkIp = checkThat(
  (value) => isText(value) && isIP(value) !== 0,
  'Not a valid IP address.',
);
export const checkCurrency = checkThat((value) => CURRENCIES.has(value), 'Not a valid currency.');
export const checkUrl = checkThat(
  (value) => isText(value) && /^https?:$/.test(protocolOf(value)),
  'Not a valid URL.',
);

/**
 * Text that may be a SHA-256 hash, or an array of it. Upper-case hex is refused here; plain text is
 * another refusal, of the whole request.
 */
export const checkHash = checkThat(
  (value) =>
    isHashForm(value) || (Array.isArray(value) && value.length > 0 && value.every(isHashForm)),
  'Not a valid SHA-256 hash.',
);

/** An array; its items are named by their place, from 0. */
export function checkList(each: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return [`${path}: Not a valid list.`];
    return (value as unknown[]).flatMap((item, index) => each(item, `${path}.${index}`));
  };
}

/** An object with exactly these fields. */
export function checkFields(
  required: Record<string, Check>,
  optional: Record<string, Check> = {},
): Check {
  return (value, path) => {
    if (!isJsonObject(value)) return [`${path}: Not a valid object.`];
    const missing = Object.keys(required).filter(
      (name) => value[name] === undefined || value[name] === null,
    );
    const problems = missing.map((name) => `${path}.${name}: Missing data for required field.`);
    for (const [name, given] of Object.entries(value)) {
      if (missing.includes(name)) continue;
      const check = Object.hasOwn(required, name)
        ? required[name]
        : Object.hasOwn(optional, name) && optional[name];
      problems.push(
        ...(check ? check(given, `${path}.${name}`) : [`${path}.${name}: Unknown field.`]),
      );
    }
    return problems;
  };
}

function protocolOf(text: string): string {
  try {
    return new URL(text).protocol;
  } catch {
    return '';
  }
}
