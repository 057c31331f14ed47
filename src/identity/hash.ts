import { hash } from 'node:crypto';

/** SHA-256 of the empty string: it would match everybody whose field is empty, so it is never sent. */
export const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const HASH = /^(?:sha256:)?([0-9a-f]{64})$/i;
const SHORTEST_HASH = 64;

/** SHA-256 of the UTF-8 bytes of `text`, as 64 lower-case hex digits. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}

/**
 * The 64 lower-case hex digits of a value that is hashed already: 64 hex digits in any case, with or without `sha256:`
 * before them (event-formats.md section 1). Undefined for anything else.
 */
export function readHash(text: string): string | undefined {
  if (text.length < SHORTEST_HASH) return undefined;
  return HASH.exec(text.trim())?.[1]?.toLowerCase();
}

let lastAddress = '';
let lastAddressHash = '';

/**
 * {@link sha256Hex} of an e-mail address. A network's rule and the key by which a person is erased mostly hash the same text,
 * one right after the other: the last hash is kept.
 */
export function hashAddress(address: string): string {
  if (address === lastAddress && address !== '') return lastAddressHash;
  lastAddress = address;
  lastAddressHash = sha256Hex(address);
  return lastAddressHash;
}
