import type { ConversionEvent } from '../events/conversion-event.js';

/** What a line says of one person and an audience list. Lives in memory only: never logged, never stored. */
export interface Person extends Pick<ConversionEvent, 'identifiers' | 'consentLevel' | 'consent' | 'properties'> {
  /** The id by which the list knows the person. */
  externalId: string;
  /** Comes in, or goes. */
  action: MembershipAction;
  /** Other ids of the same person on the line. */
  otherIds: readonly string[];
}

export type MembershipAction = 'CREATE' | 'DELETE';
