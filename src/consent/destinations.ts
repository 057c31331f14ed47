import type { ConsentSignals } from '../events/conversion-event.js';
import { NETWORK_NAMES, type NetworkName } from '../networks/names.js';

/** A person's refusal of one network. */
export interface DestinationRefusal {
  reason: 'consent_none' | 'consent_unknown';
  message: string;
}

/**
 * Whether the record says that `network` may not be told of it (Segment's `integrations`).
 * Undefined: it does not.
 */
export function findDestinationRefusal(
  consent: ConsentSignals,
  network: NetworkName,
): DestinationRefusal | undefined {
  const { destinations } = consent;
  if (destinations === undefined) return undefined;
  const said = destinations.networks[network] ?? destinations.others;
  if (said === undefined || said.answer === 'granted') return undefined;
  const isKnown = said.answer === 'denied';
  return {
    reason: isKnown ? 'consent_none' : 'consent_unknown',
    message: isKnown
      ? `${said.carrier} refuses ${network}`
      : `${said.carrier} is not understood, which stops ${network}`,
  };
}

/** The refusal of every network that is served, where there is one. */
export function findGeneralRefusal(consent: ConsentSignals): DestinationRefusal | undefined {
  const others = consent.destinations?.others;
  if (others === undefined) return undefined;
  const isEvery = NETWORK_NAMES.every(
    (network) => findDestinationRefusal(consent, network) !== undefined,
  );
  if (!isEvery) return undefined;
  const isKnown = others.answer === 'denied';
  return {
    reason: isKnown ? 'consent_none' : 'consent_unknown',
    message: isKnown
      ? `${others.carrier} refuses every destination`
      : `${others.carrier} is not understood`,
  };
}
