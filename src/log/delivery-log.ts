import type { Checkpoint } from '../events/source-position.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { Refusal } from '../networks/fix.js';
import type { NetworkName } from '../networks/names.js';
import type { AudienceList } from './audience-records.js';
import type { AudienceStore, MembershipChange } from './audience-store.js';
import type { StoredCheckpoint } from './checkpoint.js';
import type {
  AccountOf,
  ClaimedPending,
  ClaimTarget,
  Inquired,
  Inquiry,
  QueueOf,
  Reclaimed,
  Recovered,
  ReplayTarget,
  RowPosition,
} from './claims.js';
import type { AcceptedRequest, Decision } from './decisions.js';
import type {
  BatchAnswer,
  BatchStart,
  Begun,
  DroppedEntry,
  Entry,
  UnsentEntries,
  RunEnd,
  SkipEntry,
} from './entry.js';
import type { KnownState, LookupRequest } from './known-state.js';
import type { IgnoredLease, LivingRun, Run } from './run.js';
import type { SharedPace } from './shared-pace.js';
import type { ReplayCandidate } from './stored-postback.js';

/**
 * The delivery log as the run that writes it sees it. The run is registered when the log is opened.
 * A promise of a write resolves when the write is durable. Calls that are made in one turn of the
 * event loop may share a transaction.
 *
 * Every write is fenced: once another process has recovered this run, each throws NetworkError
 * `run_taken_over` and changes nothing. Every method throws InternalError when the log cannot be
 * read or written.
 *
 * A postback with `membership` is a change of an audience list. It moves through the log as any
 * other, and is left out of everything that counts or claims conversions.
 */
export interface DeliveryLog extends AudienceStore {
  /** This run. */
  readonly run: Run;
  /** The pace of accounts; absent where only the runs of one machine share a log. */
  readonly sharedPace?: SharedPace;

  // Planning.

  /**
   * Answers what a plan asks of some events. What the events say of people is recorded first, in
   * the same transaction. Another run may change the answer afterwards: {@link begin} checks again.
   */
  lookup(request: LookupRequest): Promise<KnownState>;
  /** Records what events say of people: who is who, and which paid clicks brought them. */
  remember(events: readonly ConversionEvent[]): Promise<void>;

  // Requests.

  /**
   * Records a request before it leaves, with its payload and checkpoints. Takes the once-per-player
   * locks of its entries. Leaves out what is known already, what lost its lock to another
   * conversion, whose player was erased, and what a later change of an audience list replaces.
   */
  begin(start: BatchStart): Promise<Begun>;
  /**
   * Records the answer to a request and what becomes of its entries: the delivered are done, the
   * settled get rows of their own, and each group of `again` becomes a batch that waits for its
   * next attempt. What failed for good releases its once-per-player lock.
   * @returns the batches of `again`, in order; undefined when another process recovered this
   *   request meanwhile
   */
  finish(answer: BatchAnswer): Promise<number[] | undefined>;
  /**
   * Divides a batch that waits for its next attempt.
   * @returns one batch for each group; undefined when another process recovered it meanwhile
   */
  divide(
    account: string,
    batchId: number,
    groups: readonly (readonly Entry[])[],
  ): Promise<number[] | undefined>;
  /**
   * Puts postbacks that get no further attempt now into rows of their own, pending or failed. What
   * is pending holds its once-per-player lock from then on.
   * @returns what got no row: its lock is taken, its player was erased, or another run has it
   */
  storeUnsent(leaving: UnsentEntries): Promise<DroppedEntry[]>;
  /**
   * Records what came from a stream and cannot be read again, as far as no request or row holds it.
   * Ordered after the other writes of the same turn of the event loop.
   */
  persistBuffered(account: string, entries: readonly Entry[]): Promise<void>;
  /** Records what was not sent, with the checkpoints that hold then. */
  skip(entries: readonly SkipEntry[], checkpoints?: readonly StoredCheckpoint[]): Promise<void>;

  // Pending postbacks.

  /**
   * Claims pending postbacks for this run. Answers one for each target: the entry; `other_account`
   * where it was recorded for another account; undefined where another run has it.
   */
  claim(targets: readonly ClaimTarget[]): Promise<(Entry | 'other_account' | undefined)[]>;
  /**
   * Claims postbacks for a replay: they are pending from now on, until this run has sent them. What
   * another run has claimed or delivered meanwhile is left alone.
   */
  reclaim(candidates: readonly ReplayCandidate[], target?: ReplayTarget): Promise<Reclaimed>;
  /**
   * Claims every pending conversion that was recorded for an account and that no run has; `goals`
   * empty: of all goals.
   */
  claimPending(of: AccountOf, goals: readonly string[]): Promise<ClaimedPending>;
  /** Pending postbacks that this run has claimed, by event time and id, after `after`. */
  listClaimed(of: QueueOf, limit: number, after?: RowPosition): Promise<Entry[]>;
  /**
   * Lets any live run that recovers deliver what ended runs left pending for some accounts: for a
   * file that is not read again from its beginning. `goals` empty: of all goals.
   */
  adoptPending(accounts: readonly AccountOf[], goals: readonly string[]): Promise<void>;
  /**
   * Asks what became of postbacks that another run had. What that run left pending is claimed for
   * this run and comes back as an entry. `elsewhere`: another living run still has it; `unknown`:
   * no run has or ever sent it.
   */
  inquire(asked: readonly Inquiry[]): Promise<Inquired[]>;

  // Runs.

  /** Renews the lease of this run. */
  renewLease(): Promise<void>;
  /** Other runs that are at work now. */
  listLivingRuns(): Promise<LivingRun[]>;
  /**
   * Makes the work of runs that died pending, whatever they had in flight, buffered or claimed.
   * Dedupe ids and once-per-player locks stay. Claims none of it.
   * @returns leases that were ignored because of their date, each once
   */
  recoverAbandonedRuns(): Promise<IgnoredLease[]>;
  /** Whether a run died, or recovered postbacks wait that no run has claimed. */
  hasAbandonedWork(): Promise<boolean>;
  /**
   * Claims for this run what was recovered for some accounts. Of two runs that claim at once, each
   * postback goes to one.
   * @param goals empty: postbacks of all goals
   * @param limit maximum number of postbacks for each account
   * @returns one answer for each account
   */
  claimRecovered(
    accounts: readonly AccountOf[],
    goals: readonly string[],
    limit: number,
  ): Promise<Recovered[]>;

  // Checkpoints.

  /** Saves how far a followed input was read. */
  saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void>;
  /** Returns how far an input was read; undefined where no checkpoint is saved. */
  findCheckpoint(path: string): Promise<Checkpoint | undefined>;

  // Networks that decide later.

  /** The accepted requests of these networks that no run has claimed, oldest first. */
  listAccepted(networks: readonly NetworkName[]): Promise<AcceptedRequest[]>;
  /**
   * Records what a network decided on an accepted request. The delivered lose their rows, the
   * failed keep theirs, and the pending wait for a later run.
   * @returns false when another process has recorded the decision
   */
  recordDecision(accepted: AcceptedRequest, decision: Decision): Promise<boolean>;
  /**
   * Records why an account takes nothing more, in place of an earlier refusal.
   * @param isForLists whether the refusal concerns audience lists only
   */
  recordRefusal(refusal: Refusal, isForLists: boolean): Promise<void>;

  // Audience lists.

  /** Records an audience list, or replaces it. */
  putAudience(list: AudienceList): Promise<void>;
  /**
   * Records changes of memberships before they are uploaded. The pending postback of a replaced
   * change is dropped, unless a run or a network has it.
   */
  recordMemberships(changes: readonly MembershipChange[]): Promise<void>;

  // End.

  /** Ends the run and closes the log. What it has claimed and not sent waits for another run. */
  close(end?: RunEnd): Promise<void>;
  /** Closes the log after a fault. A later run recovers the pending work of this one. */
  abandon(): Promise<void>;
}
