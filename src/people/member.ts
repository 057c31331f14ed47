import { sha256Hex } from '../identity/hash.js';

/** Half a SHA-256: far more than any number of players needs, and short in the log. */
const KEY_DIGITS = 32;

/** Names people without telling who they are: salted hashes, different in every workspace. */
export class MemberKeys {
  readonly #idPrefix: string;
  readonly #contentPrefix: string;
  readonly #emailPrefix: string;
  // A line's player is asked for once as the person and once among all names on it.
  #lastId = '';
  #lastKey = '';

  constructor(salt: string) {
    this.#idPrefix = `${salt}\0id\0`;
    this.#contentPrefix = `${salt}\0content\0`;
    this.#emailPrefix = `${salt}\0email\0`;
  }

  /** The key of a user id or an anonymous id. */
  ofId(id: string): string {
    if (id === this.#lastId && id !== '') return this.#lastKey;
    this.#lastId = id;
    this.#lastKey = sha256Hex(this.#idPrefix + id).slice(0, KEY_DIGITS);
    return this.#lastKey;
  }

  /**
   * Returns a salted hash of the uploaded data of a person, to detect changes without storing the
   * data.
   */
  ofContent(content: string): string {
    return sha256Hex(this.#contentPrefix + content).slice(0, KEY_DIGITS);
  }

  /** The key of an e-mail address, by the hash of its trimmed, lower-case form. */
  ofEmail(address: string): string {
    return this.ofEmailHash(sha256Hex(address.trim().toLowerCase()));
  }

  /** The key of an e-mail address that came as SHA-256 of its trimmed, lower-case form. */
  ofEmailHash(hash: string): string {
    return sha256Hex(this.#emailPrefix + hash).slice(0, KEY_DIGITS);
  }
}
