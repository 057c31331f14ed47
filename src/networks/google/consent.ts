import { readTcfPurposes } from '../../consent/tcf.js';
import type { ConsentStatus, ConversionEvent } from '../../events/conversion-event.js';

type GoogleStatus = `CONSENT_${ConsentStatus}`;

/** Consent in the terms of the Data Manager API; unknown fields are left out. */
export interface GoogleConsent {
  adUserData?: GoogleStatus;
  adPersonalization?: GoogleStatus;
}

/** TCF purposes that each status requires, as in Google's consent mode. */
const USER_DATA_PURPOSES = [1, 7];
const PERSONALIZATION_PURPOSES = [3, 4];

/**
 * The consent that is passed on: `ad_user_data` and `ad_personalization` as the event says them and
 * as its TCF string does; where the two differ, the refusal. DENIED is passed on like GRANTED:
 * Google acts on it. Limited data use means that nothing is personalized
 * (docs/development/decisions/consent.md). Undefined where nothing is known, and then the account's
 * own default holds at Google.
 */
export function readGoogleAdsConsent({ consent }: ConversionEvent): GoogleConsent | undefined {
  const read = consent.tcf === undefined ? undefined : readTcfPurposes(consent.tcf);
  const purposes = read && 'purposes' in read ? read.purposes : undefined;
  const adUserData = stricter(
    toStatus(consent.adUserData),
    readPurposes(purposes, USER_DATA_PURPOSES),
  );
  const adPersonalization = consent.limitedDataUse
    ? 'CONSENT_DENIED'
    : stricter(
        toStatus(consent.adPersonalization),
        readPurposes(purposes, PERSONALIZATION_PURPOSES),
      );
  if (adUserData === undefined && adPersonalization === undefined) return undefined;
  return { ...(adUserData && { adUserData }), ...(adPersonalization && { adPersonalization }) };
}

function stricter(
  one: GoogleStatus | undefined,
  other: GoogleStatus | undefined,
): GoogleStatus | undefined {
  return one === 'CONSENT_DENIED' ? one : (other ?? one);
}

function toStatus(status: ConsentStatus | undefined): GoogleStatus | undefined {
  return status && `CONSENT_${status}`;
}

function readPurposes(
  purposes: readonly number[] | undefined,
  needed: readonly number[],
): GoogleStatus | undefined {
  if (purposes === undefined) return undefined;
  return needed.every((purpose) => purposes.includes(purpose))
    ? 'CONSENT_GRANTED'
    : 'CONSENT_DENIED';
}
