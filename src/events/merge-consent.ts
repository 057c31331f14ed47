import { STATUS_FIELDS } from './consent-carriers.js';
import { type ConsentCollector, RANK } from './consent-collector.js';
import type { ConsentSignals, ConversionEvent } from './conversion-event.js';

/**
 * Adds to an event what was collected of its record: of levels and of answers the stricter holds.
 */
export function mergeConsent(event: ConversionEvent, { level, signals }: ConsentCollector): void {
  const { levelFrom, unclear, ...others } = signals;
  const given = event.consent;
  if (RANK[level] < RANK[event.consentLevel]) {
    event.consentLevel = level;
    if (levelFrom === undefined) delete given.levelFrom;
    else given.levelFrom = levelFrom;
  }
  addOtherTexts(given, others);
  if (unclear !== undefined) given.unclear = [...(given.unclear ?? []), ...unclear];
  for (const field of STATUS_FIELDS) {
    if (others[field] !== undefined && given[field] !== 'DENIED') given[field] = others[field];
    delete others[field];
  }
  if (others.limitedDataUse) given.limitedDataUse = true;
  event.consent = { ...others, ...given };
}

/** Strings that differ from those that are given already: what they refuse holds as well. */
function addOtherTexts(given: ConsentSignals, more: ConsentSignals): void {
  const texts = [...(given.others ?? []), ...(more.others ?? [])];
  for (const field of ['tcf', 'gpp', 'usPrivacy'] as const) {
    const [known, text] = [given[field], more[field]];
    if (known !== undefined && text !== undefined && known !== text) texts.push({ field, text });
  }
  if (texts.length > 0) given.others = texts;
}
