import type { Clock } from '../../clock.js';
import type { JsonObject } from '../../json.js';
import type { Random } from '../../random.js';
import type { ConversionStore } from '../conversion-store.js';
import type { IngestDestination, IngestEvent } from './request-shape.js';
import { pick } from './destination-check.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long the sandbox takes to decide: Google takes half an hour to a day. */
const DEFAULT_PROCESSING_MS = 2_000;
const CLICK_WINDOW_MS = 90 * DAY_MS;
const IDENTIFIER_WINDOW_MS = 63 * DAY_MS;

/**
 * Click ids that the sandbox's Google knows something about, by how they begin; any other is a good
 * one.
 */
const CLICK_RULES: readonly (readonly [beginning: RegExp, reason: (field: string) => string])[] = [
  [/^invalid/i, (field) => `REASON_INVALID_${field.toUpperCase()}`],
  [/^foreign/i, () => 'OPERATING_ACCOUNT_MISMATCH_FOR_AD_IDENTIFIER'],
  [/^recent/i, () => 'REASON_TOO_RECENT_CLICK'],
  [/^unknown/i, () => 'REASON_CLICK_NOT_FOUND'],
];

/** What became of a request at one destination. */
interface Result {
  destination: IngestDestination;
  records: number;
  /** Positions of refused records in the request, by reason. */
  errors: Map<string, number[]>;
}

interface Kept {
  readyAtMs: number;
  user: string;
  results: Result[];
}

export interface ProcessingParts {
  clock: Clock;
  random: Random;
  conversions: ConversionStore;
  /** Milliseconds of the sandbox's clock until a request is decided; 2 000 where it is not said. */
  processingMs?: number;
}

/**
 * Google's asynchronous processing: it decides per event whether it counts and later reports counts
 * and positions per reason. The decision is made with the request and reported after a delay.
 */
export class Processing {
  readonly #parts: ProcessingParts;
  readonly #requests = new Map<string, Kept>();
  readonly #events = new Set<string>();

  constructor(parts: ProcessingParts) {
    this.#parts = parts;
  }

  /** Takes a request that was let through. Returns its id. */
  take(
    user: string,
    destinations: readonly IngestDestination[],
    events: readonly IngestEvent[],
  ): string {
    const { clock, random, processingMs = DEFAULT_PROCESSING_MS } = this.#parts;
    const results = destinations.map((destination): Result => ({
      destination,
      records: 0,
      errors: new Map(),
    }));
    for (const [position, event] of events.entries()) {
      const chosen = pick(destinations, event);
      for (const result of results)
        if (chosen.includes(result.destination)) this.#decide(event, position, result);
    }
    const id = random.bytes(16).toString('hex');
    this.#requests.set(id, { readyAtMs: clock.now() + processingMs, user, results });
    return id;
  }

  /** An id for a request that was only checked: its status cannot be asked. */
  nameValidated(): string {
    return `v-${this.#parts.random.bytes(16).toString('hex')}`;
  }

  /**
   * `RetrieveRequestStatusResponse`; undefined where the id is unknown or another user's.
   * @param omitted how many positions a fault leaves out
   */
  describe(id: string, user: string, omitted = 0): JsonObject | undefined {
    const kept = this.#requests.get(id);
    if (kept?.user !== user) return undefined;
    const isReady = this.#parts.clock.now() >= kept.readyAtMs;
    return {
      requestStatusPerDestination: kept.results.map((result) =>
        describeResult(result, isReady, omitted),
      ),
    };
  }

  /** Forgets every request and transaction. */
  reset(): void {
    this.#requests.clear();
    this.#events.clear();
  }

  #decide(event: IngestEvent, position: number, result: Result): void {
    result.records += 1;
    const reason = this.#findReason(event, result.destination);
    if (reason !== undefined)
      result.errors.set(reason, [...(result.errors.get(reason) ?? []), position]);
  }

  /** Why the event does not count; undefined where it does, and is kept then. */
  #findReason(
    event: IngestEvent,
    { operatingAccount, productDestinationId = '' }: IngestDestination,
  ): string | undefined {
    const account = operatingAccount?.accountId ?? '';
    const reason = findFault(event, this.#parts.clock.now());
    if (reason !== undefined) return reason;
    const key = JSON.stringify([account, productDestinationId, event.transactionId]);
    const isDuplicate = this.#events.has(key);
    this.#events.add(key);
    this.#parts.conversions.accept(
      {
        network: 'google',
        api: 'data-manager',
        account,
        target: productDestinationId,
        scope: productDestinationId,
        dedupeId: event.transactionId ?? '',
        event: event as JsonObject,
      },
      'first',
    );
    return isDuplicate ? 'REASON_DUPLICATE_TRANSACTION_ID' : undefined;
  }
}

function findFault(event: IngestEvent, nowMs: number): string | undefined {
  const { adIdentifiers = {}, consent } = event;
  if (consent?.adUserData === 'CONSENT_DENIED') return 'REASON_DENIED_CONSENT';
  const [field, id] = Object.entries(adIdentifiers)[0] ?? [];
  const window = id === undefined ? IDENTIFIER_WINDOW_MS : CLICK_WINDOW_MS;
  if (nowMs - Date.parse(event.eventTimestamp ?? '') > window) return 'REASON_EVENT_TOO_OLD';
  return CLICK_RULES.find(([beginning]) => id !== undefined && beginning.test(id))?.[1](
    field ?? '',
  );
}

/** `recordIndices` since v1.9 of 2026-11-04; "may not be populated in all cases". */
function describeResult(
  { destination, records, errors }: Result,
  isReady: boolean,
  omitted: number,
): JsonObject {
  const status = { destination, eventsIngestionStatus: { recordCount: String(records) } };
  if (!isReady) return { ...status, requestStatus: 'PROCESSING' };
  let left = omitted;
  const errorCounts = [...errors].map(([reason, positions]) => {
    const listed = positions.slice(left);
    left = Math.max(0, left - positions.length);
    return {
      // Numbers of 64 bits are text in Google's JSON.
      recordCount: String(positions.length),
      reason: `PROCESSING_ERROR_${reason}`,
      ...(listed.length === 0 ? {} : { recordIndices: listed.map(String) }),
    };
  });
  if (errorCounts.length === 0) return { ...status, requestStatus: 'SUCCESS' };
  const refused = [...errors.values()].reduce((sum, positions) => sum + positions.length, 0);
  return {
    ...status,
    requestStatus: refused < records ? 'PARTIAL_SUCCESS' : 'FAILED',
    errorInfo: { errorCounts },
  };
}
