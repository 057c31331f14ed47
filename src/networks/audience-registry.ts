import type { AudienceApi } from './audience-network.js';

/** The network that keeps audience lists. */
export const AUDIENCE_NETWORK = 'amazon' as const;

/** Loads what `audiences` needs of that network. */
export async function loadAudienceApi(): Promise<AudienceApi> {
  return (await import('./amazon/audience-api.js')).amazonAudiences;
}
