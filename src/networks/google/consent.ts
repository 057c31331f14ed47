import { readTcfPurposes } from '../../consent/tcf.js';
import type { ConversionEvent } from '../../events/conversion-event.js';

type ConsentStatus = 'CONSENT_GRANTED' | 'CONSENT_DENIED';

/** What a person allowed, in the Data Manager API's words; what is not known is left out. */
export interface GoogleConsent {
  adUserData?: ConsentStatus;
  adPersonalization?: ConsentStatus;
}

/** What each status needs of a TCF string: Google's own reading of it in consent mode. */
const USER_DATA_PURPOSES = [1, 7];
const PERSONALIZATION_PURPOSES = [3, 4];
const SAID = /^(?:CONSENT_)?(GRANTED|DENIED)$/;

/**
 * The consent that is passed on: `ad_user_data` and `ad_personalization` as the event says them; what it does not say is
 * read from its TCF string. DENIED is passed on like GRANTED: Google acts on it. Undefined where nothing is known, and
 * then the account's own default holds at Google.
 */
export function readGoogleAdsConsent({ consent }: ConversionEvent): GoogleConsent | undefined {
  const read = consent.tcf === undefined ? undefined : readTcfPurposes(consent.tcf);
  const purposes = read && 'purposes' in read ? read.purposes : undefined;
  const adUserData = readStatus(consent.adUserData) ?? readPurposes(purposes, USER_DATA_PURPOSES);
  const adPersonalization = readStatus(consent.adPersonalization) ?? readPurposes(purposes, PERSONALIZATION_PURPOSES);
  if (adUserData === undefined && adPersonalization === undefined) return undefined;
  return { ...(adUserData && { adUserData }), ...(adPersonalization && { adPersonalization }) };
}

function readStatus(text: string | undefined): ConsentStatus | undefined {
  const said = SAID.exec(text?.trim().toUpperCase() ?? '')?.[1];
  return said === undefined ? undefined : (`CONSENT_${said}` as ConsentStatus);
}

function readPurposes(purposes: readonly number[] | undefined, needed: readonly number[]): ConsentStatus | undefined {
  if (purposes === undefined) return undefined;
  return needed.every((purpose) => purposes.includes(purpose)) ? 'CONSENT_GRANTED' : 'CONSENT_DENIED';
}
