import type { ConversionEvent } from '../events/conversion-event.js';

/** A person on a line of an audience file. Kept only in memory, never logged or stored. */
export interface Person extends Pick<
  ConversionEvent,
  'identifiers' | 'consentLevel' | 'consent' | 'properties'
> {
  /** The id by which the list knows the person. */
  externalId: string;
  /** Comes in, or goes. */
  action: MembershipAction;
  /** Other ids of the same person on the line. */
  otherIds: readonly string[];
}

export type MembershipAction = 'CREATE' | 'DELETE';
