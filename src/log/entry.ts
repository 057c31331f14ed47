import type { NetworkName } from '../networks/names.js';
import type { Outcome, Postback } from '../networks/network.js';

export type PostbackState = 'pending' | 'failed' | 'skipped';
export type AttemptStatus = 'success' | 'accepted' | 'failed' | 'retried';

/** A postback on its way, with how many attempts it has behind it. */
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
   * Set when it gets a row: failed for good, left pending for a later run, or shelved (pending, and this run comes back
   * to it).
   */
  settled?: 'failed' | 'pending' | 'shelved';
}

/** One HTTP request as recorded before it left. */
export interface OpenRequest {
  request: number;
  flight: number;
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

/** One event or postback that was not sent, with its reason. */
export interface SkipEntry {
  eventId: string;
  event: string;
  reason: string;
  goal?: string;
  network?: NetworkName;
  message?: string;
  /** Present where a later replay may find the reason gone. */
  postback?: Postback;
}
