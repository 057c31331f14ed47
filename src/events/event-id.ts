import { sha256Hex } from '../identity/hash.js';
import { maskPersonal } from '../outside-text.js';

const HASH_LENGTH = 32;

/**
 * The id under which an event is stored and looked up: the id it gives itself, or, where that holds
 * an e-mail address or a telephone number, `hashed-` and 32 hex digits of its SHA-256. Ids are
 * stored and printed, and neither may name a person.
 */
export function toEventId(given: string): string {
  if (maskPersonal(given) === given) return given;
  return `hashed-${sha256Hex(given).slice(0, HASH_LENGTH)}`;
}
