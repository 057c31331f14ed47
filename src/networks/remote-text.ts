const MAX_LENGTH = 300;
/** Enough to be left with 300 characters after cleaning; a body of megabytes is not searched. */
const READ_LENGTH = 2000;

/** Control and format characters: they could move the cursor, colour the terminal or turn the line's direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const SPACES = /\s+/g;
/** Tokens that an answer may echo: Login with Amazon's, and whatever follows `Bearer`. */
const TOKENS = /\b(?:Atz[a-z]\||Bearer\s)[^\s"',;]+/gi;
const NOT_IN_CODE = /[^A-Za-z0-9_.-]+/g;
const MAX_CODE_LENGTH = 64;

/**
 * What a network wrote, safe to store and to print: control characters out, tokens masked, at most 300 characters.
 * Undefined when it is no text or nothing is left.
 */
export function cleanRemoteText(text: unknown): string | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  const line = text.slice(0, READ_LENGTH).replace(UNPRINTABLE, ' ').replace(SPACES, ' ').trim();
  const masked = line.replace(TOKENS, '***');
  return cut(masked.toWellFormed()) || undefined;
}

/** A network's error code as a reason: `[A-Za-z0-9_.-]`, at most 64 characters. Undefined when nothing is left. */
export function cleanRemoteCode(code: unknown): string | undefined {
  if (typeof code === 'number' && Number.isSafeInteger(code)) return String(code);
  if (typeof code !== 'string') return undefined;
  return code.slice(0, MAX_CODE_LENGTH).trim().replace(NOT_IN_CODE, '_') || undefined;
}

function cut(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  // Not through the middle of a character that takes two code units.
  return `${text.slice(0, MAX_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
