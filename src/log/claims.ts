import type { NetworkName, PerNetwork } from '../networks/names.js';
import type { Channel, Postback } from '../networks/network.js';
import type { Entry } from './entry.js';

/** One account of a network. */
export interface AccountOf {
  network: string;
  account: string;
}

/** A position in the order of event times. */
export type RowPosition = Pick<Postback, 'eventTimeMs' | 'id'>;

/** The rows of one account queue. `isForLists`: changes of audience lists, else conversions. */
export type QueueOf = Pick<Channel, 'network' | 'isForLists'>;

/** A pending postback to claim. */
export interface ClaimTarget {
  id: string;
  /**
   * The account that it would be delivered to: what was recorded for another one is left alone.
   * Absent: any.
   */
  account?: string | undefined;
}

/** A postback that another run had, and the account that this run would deliver it to. */
export interface Inquiry {
  postback: Postback;
  account: string | undefined;
}

/** What became of a postback that another run had; see `DeliveryLog.inquire`. */
export type Inquired = Entry | 'other_account' | 'elsewhere' | 'known' | 'unknown';

/** What dead runs left pending for one account of a network. */
export interface Recovered {
  /** Ids of the postbacks that a run has claimed. */
  ids: string[];
  /** Number of postbacks that were recorded for another account of the network. */
  others: number;
}

/** What a run has claimed of one account, in numbers. */
export interface ClaimedPending {
  count: number;
  /** Left alone because they were recorded for another account of the network. */
  others: number;
}

/** Where a replay delivers to. */
export interface ReplayTarget {
  /** The account of each network. */
  accounts?: PerNetwork<string>;
  /** Whether what was recorded for another account is moved to it. */
  moves?: boolean;
}

/** How many postbacks a replay has claimed of one kind. */
export interface Claimed {
  network: NetworkName;
  /** They are changes of audience lists. */
  isForLists: boolean;
  count: number;
}

/** What became of the candidates of a replay. Those of another account are in none of the lists. */
export interface Reclaimed {
  claimed: Claimed[];
  /** Another run has taken them since they were listed. */
  taken: Postback[];
  /** Another conversion of the player has counted since. */
  counted: Postback[];
}
