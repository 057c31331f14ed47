import { readId } from '../exact-json.js';
import { cleanOutsideText, cutOutsideText } from '../outside-text.js';
import { maskSecrets } from '../secret-mask.js';
import { maskTokenShapes } from '../token-shape.js';

const NOT_IN_CODE = /[^A-Za-z0-9_.-]+/g;
const MAX_CODE_LENGTH = 64;
/** Characters of a code that are examined. */
const MAX_READ = 1000;
const UUID_LENGTH = 36;
const MAX_WORDS = 2000;
const ID = /^[A-Za-z0-9_.:=/+-]{1,500}$/;

/**
 * What a network wrote, safe to store and to print; see {@link cleanOutsideText}. Undefined when it
 * is not text or nothing is left.
 */
export function readRemoteText(text: unknown): string | undefined {
  return typeof text === 'string' ? cleanOutsideText(text) || undefined : undefined;
}

/**
 * What a network wrote, as it came, at most 2000 characters; empty when it is not text. It is for
 * rules that search the words of an answer, and is never shown or stored: masking may take a word
 * out of a text that a rule looks for, so no rule reads what {@link readRemoteText} returns.
 */
export function readRemoteWords(text: unknown): string {
  return typeof text === 'string' ? text.slice(0, MAX_WORDS) : '';
}

/**
 * A network's error code or request id, to be shown and stored: `[A-Za-z0-9_.-]`, at most 64
 * characters, known secrets masked, and above the length of a UUID what looks like a token too.
 * Undefined when nothing is left.
 */
export function readRemoteCode(code: unknown): string | undefined {
  if (typeof code === 'number' && Number.isSafeInteger(code)) return String(code);
  if (typeof code !== 'string') return undefined;
  const masked = maskSecrets(cutOutsideText(code, MAX_READ).trim());
  const safe = masked.length > UUID_LENGTH ? maskTokenShapes(masked) : masked;
  return safe.replace(NOT_IN_CODE, '_').slice(0, MAX_CODE_LENGTH) || undefined;
}

/**
 * An id that a network gave, of an account, a list or a request, as it came: text or number.
 * Undefined where it is not one: it has other characters, or repeats a secret.
 */
export function readRemoteId(value: unknown): string | undefined {
  const id = readId(value);
  return id !== undefined && ID.test(id) && maskSecrets(id) === id ? id : undefined;
}
