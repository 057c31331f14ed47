import type { MatchKeys, MatchKeyType } from './match-keys.js';

/** Bytes of `{"type":"","values":[""]},` around a type and its value. */
const WRAPPING_BYTES = 27;

/** The first `max` match keys that the contract takes, as a JSON array with exactly one value each. */
export function renderMatchKeys(keys: MatchKeys, max: number, refused?: MatchKeyType): string {
  let text = '';
  let count = 0;
  for (const type in keys) {
    if (type === refused) continue;
    if (count === max) break;
    // Types and values hold nothing that JSON escapes: hex digits, or a shape checked when they were read.
    text += `${count === 0 ? '' : ','}{"type":"${type}","values":["${keys[type as MatchKeyType]}"]}`;
    count += 1;
  }
  return `[${text}]`;
}

/** Whether there is a match key that the contract takes. */
export function hasMatchKey(keys: MatchKeys, refused?: MatchKeyType): boolean {
  for (const type in keys) if (type !== refused) return true;
  return false;
}

/** Bytes of {@link renderMatchKeys}, at most. */
export function boundMatchKeysBytes(keys: MatchKeys): number {
  let bytes = 2;
  for (const type in keys) {
    bytes += WRAPPING_BYTES + type.length + (keys[type as MatchKeyType] as string).length;
  }
  return bytes;
}
