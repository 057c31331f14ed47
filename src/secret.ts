import { inspect } from 'node:util';

const MASK = '***';
/**
 * Maximum number of secrets that the process remembers. A run that lasts for months is given a new
 * access token every hour; those used last stay.
 */
const MAX_KNOWN = 512;

/** Every secret text that this process knows, the one used last at the end. */
const knownTexts = new Set<string>();
let version = 0;

/**
 * A token, secret or authorization code. Printing it shows `***`; only {@link Secret.reveal}
 * returns the text. The process remembers the text, so that an answer that echoes it can be masked.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    rememberSecretText(text);
  }

  /** The text itself: only for the request that needs it and for the credentials file. */
  reveal(): string {
    rememberSecretText(this.#text);
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

/** Remembers a secret text, so that it is masked in all text from outside from now on. */
export function rememberSecretText(text: string): void {
  if (knownTexts.delete(text)) {
    knownTexts.add(text);
    return;
  }
  knownTexts.add(text);
  version += 1;
  if (knownTexts.size <= MAX_KNOWN) return;
  const [oldest] = knownTexts;
  knownTexts.delete(oldest!);
}

/** Forgets every secret text: a process that works for somebody else now starts clean. */
export function forgetSecretTexts(): void {
  knownTexts.clear();
  version += 1;
}

/** The texts of the secrets that this process knows. `version` changes with each new text. */
export function listSecretTexts(): { texts: ReadonlySet<string>; version: number } {
  return { texts: knownTexts, version };
}
