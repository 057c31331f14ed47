import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

/**
 * SHA-256 of the empty string: it would match everybody whose field is empty, so it is never sent.
 */
export const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** 64 hex digits, with what systems write before them: `sha256:`, `sha-256=`, `0x`, `\x`. */
const HEX = /^(?:sha-?256[:=-]|0x|\\x)?([0-9a-f]{64})$/i;
/** 32 bytes in base64 or base64url: the last of 43 characters has four bits, two of them zero. */
const BASE64 = /^(?:sha-?256[:=-])?([\w+/-]{42}[AEIMQUYcgkosw048])(?:=|%3D)?$/i;
/** A base64 text has both cases or a digit; a word of 43 letters in one case is a word. */
const LOWER = /[a-z]/;
const UPPER_OR_DIGIT = /[A-Z0-9+/_-]/;
const SHORTEST_HASH = 43;
const LONGEST_BASE64 = 54;
const SHORTEST_OTHER_HASH = 24;
/** MD5, SHA-1, SHA-224, SHA-384 and SHA-512 in hex, with what may be written before them. */
const OTHER_HASH =
  /^(?:(?:md5|sha-?\d{1,3})[:=-]|0x|\\x)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{96}|[0-9a-f]{128})$/i;
/** MD5, SHA-1 and SHA-512 in base64, which ends with `=` for their lengths. */
const OTHER_BASE64 =
  /^(?:(?:md5|sha-?\d{1,3})[:=-])?(?:[\w+/-]{22}==|[\w+/-]{27}=|[\w+/-]{86}==)$/i;

/** SHA-256 of the UTF-8 bytes of `text`, as 64 lower-case hex digits. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}

/**
 * Returns the 64 lower-case hex digits of a value that is a SHA-256 already: in hex of any case,
 * with or without `sha256:` or `0x` before it, or the same 32 bytes in base64 or base64url.
 * Undefined for anything else.
 */
export function readHash(text: string): string | undefined {
  if (text.length < SHORTEST_HASH) return undefined;
  const trimmed = text.trim();
  const hex = HEX.exec(trimmed)?.[1];
  if (hex !== undefined) return hex.toLowerCase();
  const base64 = trimmed.length <= LONGEST_BASE64 ? BASE64.exec(trimmed)?.[1] : undefined;
  if (base64 === undefined || !LOWER.test(base64) || !UPPER_OR_DIGIT.test(base64)) return undefined;
  return Buffer.from(base64, 'base64url').toString('hex');
}

/**
 * Whether a value is a hash of another kind (MD5, SHA-1, SHA-512): no network can use it, and
 * hashing it again cannot help.
 */
export function isOtherHash(text: string): boolean {
  return text.length >= SHORTEST_OTHER_HASH && (OTHER_HASH.test(text) || OTHER_BASE64.test(text));
}
