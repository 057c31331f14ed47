import { evaluateConsent } from '../consent/consent.js';
import { findDestinationRefusal, findGeneralRefusal } from '../consent/destinations.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import { attributeClick } from './attribute.js';

/**
 * Track events that carry the session's attribution.
 */
const CARRIERS: ReadonlySet<string> = new Set(['sign_up', 'link_clicked']);

/** Whether the click ledger remembers this event's click: a visit by a paid click, with consent. */
export function carriesClick(event: ConversionEvent): boolean {
  const isCarrier = event.type === 'page' || event.type === 'screen' || CARRIERS.has(event.name);
  const attribution = isCarrier ? attributeClick(event.click) : undefined;
  if (attribution === undefined || evaluateConsent(event, 'not_set').level === 'none') return false;
  if (event.consent.destinations === undefined) return true;
  return attribution.owner === 'other'
    ? findGeneralRefusal(event.consent) === undefined
    : findDestinationRefusal(event.consent, attribution.owner) === undefined;
}
