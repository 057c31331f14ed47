import { MATCH_KEY_TYPES, type MatchKeys, type MatchKeyType } from './match-keys.js';

/**
 * The first `max` match keys that the contract takes, as a JSON array with exactly one value each.
 */
export function renderMatchKeys(keys: MatchKeys, max: number, refused?: MatchKeyType): string {
  let text = '';
  let count = 0;
  for (const type of MATCH_KEY_TYPES) {
    const value = keys[type];
    if (value === undefined || type === refused) continue;
    if (count === max) break;
    // Types and values hold nothing that JSON escapes: hex digits, or a shape checked when they
    // were read.
    text += `${count === 0 ? '' : ','}{"type":"${type}","values":["${value}"]}`;
    count += 1;
  }
  return `[${text}]`;
}

/** Whether there is a match key that the contract takes. */
export function hasMatchKey(keys: MatchKeys, refused?: MatchKeyType): boolean {
  for (const type in keys) if (type !== refused) return true;
  return false;
}
