import type { ConversionEvent } from '../events/conversion-event.js';
import type { Postback } from '../networks/network.js';
import type { KnownState, LookupRequest } from './known-state.js';
import type { OnceLock } from './once-lock.js';

/**
 * What a dry run knows: what the log has, and what the dry run itself has read and planned, which
 * is kept in memory only.
 */
export interface DryRunMemory {
  /** As `DeliveryLog.lookup`; the identities stay in memory. */
  lookup(request: LookupRequest): Promise<KnownState>;
  /** Remembers identities and clicks of events. */
  remember(events: readonly ConversionEvent[]): Promise<void>;
  /**
   * Notes that a planned postback takes the once-per-player lock of its goal, where it needs one.
   * Only this memory knows of it.
   */
  take(postback: Postback): void;
  /** Ids of the postbacks that hold once-per-player locks; undefined for each that is free. */
  findLockOwners(locks: readonly OnceLock[]): Promise<(string | undefined)[]>;
  close(): Promise<void>;
}
