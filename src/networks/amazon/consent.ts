import type {
  ConsentSignals,
  ConsentStatus,
  ConversionEvent,
} from '../../events/conversion-event.js';
import { isConsentCountry } from '../../identity/country.js';

/** The one consent signal of an event, in the Events API's words. */
export type AmazonConsent =
  | { tcf: string }
  | { gpp: string }
  | { amazonConsent: { amznUserData: ConsentStatus; amznAdStorage?: ConsentStatus } };

/** Base64url segments joined by dots, as the IAB writes them. */
const TCF = /^[\w-]+(?:\.[\w-]+)*$/;
/** As TCF, its sections joined by `~`. */
const GPP = /^[\w~.-]+$/;

/**
 * The consent signal that is passed on: one kind only, Amazon's own where it is a refusal, then
 * TCF, then Amazon's own, then GPP (docs/development/decisions/amazon-consent.md). DENIED is a
 * signal like GRANTED: Amazon acts on it. With `fromLevel`, an event without any whose
 * `consentLevel` is full counts as granted. The IP address is neither kept nor sent as a signal.
 */
export function readAmazonConsent(
  event: Pick<ConversionEvent, 'consent' | 'consentLevel'>,
  fromLevel: 'never' | 'full',
): AmazonConsent | undefined {
  const { tcf, gpp } = event.consent;
  const own = readOwnConsent(event.consent);
  if (own !== undefined && isDeniedAtAmazon(event.consent)) return own;
  if (tcf !== undefined && TCF.test(tcf)) return { tcf };
  if (own !== undefined) return own;
  if (gpp !== undefined && GPP.test(gpp)) return { gpp };
  return fromLevel === 'full' && event.consentLevel === 'full'
    ? { amazonConsent: { amznUserData: 'GRANTED' } }
    : undefined;
}

function readOwnConsent({
  amznUserData,
  amznAdStorage,
}: ConsentSignals): AmazonConsent | undefined {
  if (amznUserData === undefined) return undefined;
  return {
    amazonConsent: { amznUserData, ...(amznAdStorage === undefined ? {} : { amznAdStorage }) },
  };
}

/** Whether Amazon's own signal is a refusal. */
export function isDeniedAtAmazon({ amznUserData, amznAdStorage }: ConsentSignals): boolean {
  return amznUserData === 'DENIED' || amznAdStorage === 'DENIED';
}

/**
 * Whether the Events API wants a signal: for advertisers of the EU region, and for people in the
 * EEA, UK or Switzerland.
 */
export function needsConsentSignal(region: string, country: string): boolean {
  return region === 'eu' || isConsentCountry(country);
}
