import { cleanRemoteText } from '../http/remote-text.js';

/** Enough to be left with 300 characters after cleaning; a body of megabytes is not searched. */
const READ_LENGTH = 2000;
/** Tokens that an answer may echo: Login with Amazon's, and whatever follows `Bearer`. */
const TOKENS = /\b(?:Atz[a-z]\||Bearer\s)[^\s"',;]+/gi;
/** Zero-width and other format characters: nobody sees them, and two messages that look alike would differ. */
const INVISIBLE = /\p{Cf}+/gu;
const SPACES = /\s+/g;
const NOT_IN_CODE = /[^A-Za-z0-9_.-]+/g;
const MAX_CODE_LENGTH = 64;

/**
 * What a network wrote, safe to store and to print: one line without control characters, tokens masked, at most 300
 * characters. Undefined when it is no text or nothing is left.
 */
export function readRemoteText(text: unknown): string | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  const masked = text.slice(0, READ_LENGTH).replace(INVISIBLE, ' ').replace(TOKENS, '***').toWellFormed();
  // Cutting may halve a character once more.
  return cleanRemoteText(masked).replace(SPACES, ' ').toWellFormed() || undefined;
}

/** A network's error code as a reason: `[A-Za-z0-9_.-]`, at most 64 characters. Undefined when nothing is left. */
export function readRemoteCode(code: unknown): string | undefined {
  if (typeof code === 'number' && Number.isSafeInteger(code)) return String(code);
  if (typeof code !== 'string') return undefined;
  return code.slice(0, MAX_CODE_LENGTH).trim().replace(NOT_IN_CODE, '_') || undefined;
}
