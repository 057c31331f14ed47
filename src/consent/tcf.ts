import { Bits } from './bits.js';
import type { Reading } from './reading.js';

/**
 * What stands before `PurposesConsent` in the core segment of a TC string: Created 36, LastUpdated
 * 36, CmpId 12, CmpVersion 12, ConsentScreen 6, ConsentLanguage 12, VendorListVersion 12,
 * TcfPolicyVersion 6, IsServiceSpecific 1, UseNonStandardTexts 1, SpecialFeatureOptIns 12 (IAB
 * Europe, TC string v2).
 */
const BITS_BEFORE_PURPOSES = 36 + 36 + 12 + 12 + 6 + 12 + 12 + 6 + 1 + 1 + 12;
const PURPOSES = 24;
/** Create a profile for ads, choose personalised ads, create a profile for content. */
const PERSONAL_PURPOSES = [3, 4, 5];

/**
 * Returns the level of a TCF v2 string by the mapping of the Audience SDK: none without purpose 1
 * (store and access information on a device), full with purpose 1 and one of 3, 4 and 5, otherwise
 * anonymous. Legitimate interest is ignored.
 */
export function readTcf(text: string): Reading {
  const read = readTcfPurposes(text);
  if ('problem' in read) return read;
  const { purposes } = read;
  const says =
    purposes.length === 0 ? 'no purpose is consented to' : `purposes ${purposes.join(', ')}`;
  if (!purposes.includes(1)) return { level: 'none', says };
  return {
    level: purposes.some((purpose) => PERSONAL_PURPOSES.includes(purpose)) ? 'full' : 'anonymous',
    says,
  };
}

/** The purposes that a TCF v2 string says are consented to, or why it cannot be read. */
export function readTcfPurposes(text: string): { purposes: number[] } | { problem: string } {
  const bits = Bits.of(text.trim().split('.', 1)[0] as string);
  if (!bits) return { problem: 'it is not base64url' };
  try {
    const version = bits.number(6);
    if (version !== 2) return { problem: `it is of version ${version}; expected 2` };
    bits.skip(BITS_BEFORE_PURPOSES);
    return {
      purposes: Array.from({ length: PURPOSES }, (_, index) => (bits.bit() ? index + 1 : 0)).filter(
        Boolean,
      ),
    };
  } catch {
    return { problem: 'it is truncated' };
  }
}
