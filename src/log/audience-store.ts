import type { MemberKeys } from '../people/member.js';
import type { Membership } from './audience-records.js';
import type { PostbackKey } from './known-state.js';
import type { MembershipStaging } from './membership-staging.js';
import type { LoggedState } from './stored-postback.js';

/** What the plan of a sync asks of a log: of a run's own, or of one that is only read. */
export interface AudienceStore {
  /** Makes the keys by which the log knows people. */
  readonly memberKeys: MemberKeys;
  /** Whether each person, known by any of these keys, was erased. */
  findSuppressed(people: readonly (readonly string[])[]): Promise<boolean[]>;
  /** What became of postbacks: one answer for each key, in order. */
  findStates(keys: readonly PostbackKey[]): Promise<LoggedState[]>;
  /** Opens an empty stage for a file of people. */
  stageMemberships(list: string): MembershipStaging;
}

/** A change of one membership that is about to be uploaded. */
export interface MembershipChange {
  membership: Omit<Membership, 'isConfirmed' | 'updatedMs'>;
  /** Id of the postback of an earlier change that this one replaces. */
  replaces?: string;
}
