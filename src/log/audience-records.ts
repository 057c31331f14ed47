import type { NetworkName } from '../networks/names.js';
import type { MembershipAction } from '../people/person.js';

/** An audience list that this workspace made or wrote to. */
export interface AudienceList {
  network: NetworkName;
  account: string;
  /** The network's id; digits of a 64-bit number at Amazon. */
  id: string;
  name: string;
  externalId?: string;
  /** ISO 3166-1 alpha-2, of people whose line names none. */
  country?: string;
  /** How long a person stays who is not uploaded again. */
  ttlSeconds?: number;
  /** The AMC connection that it was made for. */
  connectionId?: string;
  createdMs: number;
}

/** The last change of one person in one list, by salted hashes. */
export interface Membership {
  list: string;
  /** Key of the external id. */
  member: string;
  /** Event id of the record that makes the change. */
  change: string;
  action: MembershipAction;
  /** Salted hash of what was told of the person. */
  digest: string;
  /** Keys of other names of the person, such as the e-mail address. */
  names: readonly string[];
  /** The external id, encrypted; absent once the person has left. */
  encrypted?: string;
  /** Whether the network has taken the change. */
  isConfirmed: boolean;
  updatedMs: number;
}

/** How many are in a list, and how many changes are not settled. */
export interface MembershipCounts {
  members: number;
  waiting: number;
}

/** What a file says of one person, ready to be sent. */
export interface StagedPerson {
  member: string;
  /** `KEEP`: the line is invalid, and the person it names stays as is. */
  action: MembershipAction | 'KEEP';
  digest: string;
  names: readonly string[];
  encrypted: string;
  /** JSON, hashed. */
  content: string;
}

/** A staged person together with what is known of the person in the list. */
export interface StagedPair {
  staged: StagedPerson;
  known: Membership | undefined;
  /** What is to be done, once {@link MembershipStage.note} has said it. */
  todo: string | undefined;
}
