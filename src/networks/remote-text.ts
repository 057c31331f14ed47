import { cleanOutsideText } from '../outside-text.js';
import { maskSecrets } from '../secret-mask.js';

const NOT_IN_CODE = /[^A-Za-z0-9_.-]+/g;
const MAX_CODE_LENGTH = 64;

/**
 * What a network wrote, safe to store and to print; see {@link cleanOutsideText}. Undefined when it
 * is not text or nothing is left.
 */
export function readRemoteText(text: unknown): string | undefined {
  return typeof text === 'string' ? cleanOutsideText(text) || undefined : undefined;
}

/**
 * A network's error code or request id: `[A-Za-z0-9_.-]`, at most 64 characters, known secrets
 * masked. Undefined when nothing is left.
 */
export function readRemoteCode(code: unknown): string | undefined {
  if (typeof code === 'number' && Number.isSafeInteger(code)) return String(code);
  if (typeof code !== 'string') return undefined;
  const masked = maskSecrets(code.slice(0, MAX_CODE_LENGTH).trim());
  return masked.replace(NOT_IN_CODE, '_') || undefined;
}
