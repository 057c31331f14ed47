import type { NetworkName } from '../networks/names.js';
import type { Entry, EntryVerdict } from './entry.js';

/** A request that its network accepted and has not decided, with the postbacks that wait for it. */
export interface AcceptedRequest {
  request: number;
  network: NetworkName;
  account: string;
  /** The network's id of the request. */
  remoteId: string;
  acceptedMs: number;
  entries: Entry[];
  /** Index of each entry in the request, from 0; -1 where the log does not tell. */
  positions: number[];
  /** Postbacks that the request held. */
  total: number;
  /** Number of the run that made it. */
  run: number;
}

/** What became of the postbacks of an accepted request. */
export interface Decision {
  /**
   * One per entry; without `settled` and not a success: still undecided, or to be sent again at
   * once.
   */
  verdicts: readonly EntryVerdict[];
  /** Those without `settled` leave the request and are claimed by this run, to be sent again. */
  again: boolean;
}
