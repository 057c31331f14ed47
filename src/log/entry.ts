import type { NetworkName } from '../networks/names.js';
import type { Outcome, Postback } from '../networks/network.js';
import type { StoredCheckpoint } from './checkpoint.js';

export type PostbackState = 'pending' | 'failed' | 'skipped';
export type AttemptStatus = 'success' | 'accepted' | 'failed' | 'retried';

/** A postback on its way, with how many attempts were made. */
export interface Entry {
  postback: Postback;
  /** Attempts made so far, in all runs. */
  attempts: number;
  /** Whether it comes from a pending row that this run has claimed. */
  stored?: boolean;
}

/** What became of one entry of a request. */
export interface EntryVerdict {
  status: AttemptStatus;
  outcome: Outcome;
  /**
   * Set when it gets a row: failed for good, left pending for a later run, or deferred (pending,
   * and this run comes back to it).
   */
  rowState?: 'failed' | 'pending' | 'deferred';
}

/** One HTTP request as recorded before it left. */
export interface OpenRequest {
  request: number;
  batchId: number;
  entries: Entry[];
}

/** An entry that was left out of a request, and why. */
export interface DroppedEntry {
  entry: Entry;
  reason: 'duplicate' | 'already_counted' | 'suppressed' | 'superseded';
}

/** What became of entries that were to be sent. */
export interface Begun {
  /** Absent when every entry was left out. */
  open?: OpenRequest;
  dropped: DroppedEntry[];
}

/** The answer to a recorded request. */
export interface RequestResult {
  http: number | undefined;
  latencyMs: number;
  requestId?: string;
  /** One per entry. */
  verdicts: EntryVerdict[];
}

/** A request and its answer. */
export interface BatchAnswer {
  account: string;
  open: OpenRequest;
  result: RequestResult;
  /** Groups of entries that are tried again, each in a batch of its own. */
  again: readonly (readonly Entry[])[];
}

/** Why a postback is in a row: an outcome of its network, or a reason of our own. */
export type RowOutcome = Partial<Omit<Outcome, 'kind'>> & { kind?: Outcome['kind'] | 'stopped' };

/** Postbacks that get no further attempt now. */
export interface UnsentEntries {
  account: string;
  entries: readonly Entry[];
  state: 'pending' | 'failed';
  outcome: RowOutcome;
  /** The recorded batch that they leave; absent: they are in none. */
  batchId?: number | undefined;
  /** What stays in that batch. */
  rest?: readonly Entry[];
  /** Whether this run comes back to them, see `DeliveryLog.listClaimed`. */
  claimed?: boolean;
}

/** One event or postback that was not sent, with its reason. */
export interface SkipEntry {
  eventId: string;
  event: string;
  reason: string;
  goal?: string;
  network?: NetworkName;
  message?: string;
  /** The field that `incomplete_event` misses. */
  field?: string;
  /** Id of the audience list, where a change of that list was not sent. */
  list?: string;
  /** Present where a later replay may find the reason gone. */
  postback?: Postback;
}

/** What the end of a run leaves. */
export interface RunEnd {
  summary?: object;
  checkpoints?: readonly StoredCheckpoint[];
  /**
   * Any live run that recovers delivers what this run leaves pending, as if it had died: its
   * source gives none of it again.
   */
  leavesWork?: boolean;
}

/** A batch that is about to be sent. */
export interface BatchStart {
  account: string;
  entries: readonly Entry[];
  /** The row that holds the entries, for another attempt. */
  batchId?: number | undefined;
  /**
   * Checkpoints that hold once the batch is recorded. They are not saved when an entry is left out.
   */
  checkpoints?: readonly StoredCheckpoint[];
}
