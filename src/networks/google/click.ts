import type { Click } from '../../events/conversion-event.js';
import type { GoogleSource } from './event-source.js';

/** The click ids that a Google Ads account takes, as `adIdentifiers` names them. */
export type GoogleClickField = 'gclid' | 'gbraid' | 'wbraid';

/** A single click id. Google rejects gbraid and wbraid together. */
export type GoogleClick = { [K in GoogleClickField]: Record<K, string> }[GoogleClickField];

/**
 * Google's ids are base64url and its variants. Anything else, such as an e-mail address in the
 * wrong field, is neither sent nor stored. No length is documented.
 */
const CLICK_ID = /^[\w.~=%+-]{1,1000}$/;
/**
 * wbraid is for web conversions, gbraid for those in apps (AdIdentifiers of the Data Manager API).
 */
const ON_THE_WEB: readonly GoogleClickField[] = ['gclid', 'wbraid', 'gbraid'];
const IN_AN_APP: readonly GoogleClickField[] = ['gclid', 'gbraid', 'wbraid'];

/** A computed key would widen to any text. */
function toClick(field: GoogleClickField, id: string): GoogleClick {
  if (field === 'gclid') return { gclid: id };
  return field === 'gbraid' ? { gbraid: id } : { wbraid: id };
}

/**
 * Returns the click id for Google: the gclid, otherwise the one that matches where the conversion
 * happened.
 */
export function readGoogleClick(
  { fields }: Click,
  source: GoogleSource | undefined,
): GoogleClick | undefined {
  for (const field of source === 'APP' ? IN_AN_APP : ON_THE_WEB) {
    const id = fields[field]?.trim();
    if (id !== undefined && CLICK_ID.test(id)) return toClick(field, id);
  }
  return undefined;
}
