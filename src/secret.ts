import { inspect } from 'node:util';

const MASK = '***';

/** Every secret text that this process has known. */
const knownTexts = new Set<string>();

/**
 * A token, secret or authorization code. Printing it shows `***`; only {@link Secret.reveal} returns
 * the text. The process remembers every text, so that an answer that echoes one can be masked.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    knownTexts.add(text);
  }

  /** The text itself: only for the request that needs it and for the credentials file. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** The texts of all secrets that this process has known so far, oldest first. */
export function listSecretTexts(): ReadonlySet<string> {
  return knownTexts;
}
