import type { Reading } from './reading.js';

/** Version, notice given, opted out of the sale, covered by the LSPA. */
const US_PRIVACY = /^1[YN-]([YN-])[YN-]$/i;

/**
 * Reads an IAB US Privacy string: a third character of Y is an opt-out of the sale of data. It says
 * no consent level. Source: https://github.com/InteractiveAdvertisingBureau/USPrivacy (read
 * 2026-11-30).
 */
export function readUsPrivacy(text: string): Reading {
  const said = US_PRIVACY.exec(text.trim())?.[1]?.toUpperCase();
  if (said === undefined) return { problem: 'it is not a US Privacy string such as 1YNN' };
  return said === 'Y' ? { says: 'opted out of sale', optOut: true } : { says: 'no opt-out' };
}
