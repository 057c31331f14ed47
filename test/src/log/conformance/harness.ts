import { onTestFinished } from 'vitest';

import type { LogLocation } from '../../../../src/config/log-location.js';
import type { ConversionEvent } from '../../../../src/events/conversion-event.js';
import type { DeliveryLog } from '../../../../src/log/delivery-log.js';
import type { Entry, EntryVerdict, OpenRequest } from '../../../../src/log/entry.js';
import type { KnownEvent } from '../../../../src/log/known-state.js';
import type { LogReader } from '../../../../src/log/log-reader.js';
import type { LogFilter, LogRow } from '../../../../src/log/log-rows.js';
import { openDeliveryLog, withLogReader } from '../../../../src/log/open-log.js';
import type { ReplayCandidate, ReplayFilter } from '../../../../src/log/stored-postback.js';
import type { JsonObject } from '../../../../src/json.js';
import { testRandom } from '../../../kit/seeded-random.js';
import { makePurchase, makeUuid, parseLine } from '../../../kit/events.js';
import { DELIVERED, makeEntry, REFUSED, THROTTLED } from '../../../kit/log.js';
import { PURCHASE } from '../../../kit/plan-context.js';

/** An empty delivery log of one store, made for one test. Its workspace is `game`. */
export interface TestStore {
  readonly location: LogLocation;
  /** Ends a run as `kill -9` ends its process. The run counts as dead afterwards. */
  kill(log: DeliveryLog): Promise<void>;
  /** Lets the lease of a run pass, as if its process had been paused. The run can go on. */
  expire(log: DeliveryLog): Promise<void>;
}

export type MakeStore = () => Promise<TestStore>;

export const ACCOUNT = '1234567890123';
export const OTHER_ACCOUNT = '9876543210987';
export const AMAZON = { network: 'amazon', account: ACCOUNT } as const;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const SUCCESS: EntryVerdict = { status: 'success', outcome: DELIVERED };
export const FAILURE: EntryVerdict = { status: 'failed', outcome: REFUSED, rowState: 'failed' };
export const RETRY: EntryVerdict = { status: 'retried', outcome: THROTTLED };
export const ACCEPTED: EntryVerdict = {
  status: 'accepted',
  outcome: { kind: 'processing', reason: 'processing', message: 'decides later' },
  rowState: 'pending',
};

/** Opens the log for one more run, as another process would. It is abandoned when the test ends. */
export async function openRun(
  { location }: TestStore,
  command = 'send',
  { keepDelivered = 100, keepSkips = 1_000 } = {},
): Promise<DeliveryLog> {
  const kept = { keepDelivered, keepSkips };
  const settings = { synchronous: 'normal', ...kept, random: testRandom } as const;
  const log = await openDeliveryLog({ ...location, ...settings }, command);
  // Most tests have closed it by then.
  onTestFinished(() => log.abandon().catch(() => undefined));
  return log;
}

/** Opens the log for one run, and ends the run after `work`. */
export async function runOnce(
  store: TestStore,
  work: (log: DeliveryLog) => Promise<unknown>,
  command = 'send',
): Promise<void> {
  const log = await openRun(store, command);
  await work(log);
  await log.close({});
}

/** Reads the log as commands do. */
export async function read<T>(
  { location }: TestStore,
  work: (reader: LogReader) => Promise<T>,
): Promise<T> {
  const found = await withLogReader(location, async (reader) => ({ value: await work(reader) }));
  if (!found) throw new Error('there is no log');
  return found.value;
}

/** The rows that `logs` shows, oldest first. */
export function listRows(store: TestStore, filter: LogFilter = {}): Promise<LogRow[]> {
  return read(store, (reader) => collect(reader.listRows(filter)));
}

/** What a replay would find, in the order of event times. */
export function listUndelivered(
  store: TestStore,
  filter: ReplayFilter = { states: ['pending', 'failed', 'skipped'] },
): Promise<ReplayCandidate[]> {
  return read(store, (reader) => collect(reader.listUndelivered(filter)));
}

export async function collect<T>(groups: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const group of groups) all.push(...group);
  return all;
}

/** Records a request for entries. */
export async function begin(
  log: DeliveryLog,
  entries: readonly Entry[],
  batchId?: number,
): Promise<OpenRequest> {
  const { open } = await log.begin({ account: ACCOUNT, entries, batchId });
  if (!open) throw new Error('every entry was dropped');
  return open;
}

/** Records the answer to a request: one verdict for each entry. */
export function finish(
  log: DeliveryLog,
  open: OpenRequest,
  verdicts: readonly EntryVerdict[] = open.entries.map(() => SUCCESS),
  again: readonly (readonly Entry[])[] = [],
): Promise<number[] | undefined> {
  const result = { http: 207, latencyMs: 12, requestId: 'r-1', verdicts: [...verdicts] };
  return log.finish({ account: ACCOUNT, open, result, again });
}

/** Records a request and its answer. */
export async function deliver(
  log: DeliveryLog,
  entries: readonly Entry[],
  verdicts?: readonly EntryVerdict[],
): Promise<void> {
  await finish(log, await begin(log, entries), verdicts);
}

/** Leaves entries pending for a later run. */
export function leave(log: DeliveryLog, entries: readonly Entry[], claimed = false) {
  return log.storeUnsent({
    account: ACCOUNT,
    entries,
    state: 'pending',
    outcome: { kind: 'throttled', reason: 'http_429', message: 'slow down' },
    claimed,
  });
}

/** The entries of some numbers, oldest event first. */
export function makeEntries(...numbers: number[]): Entry[] {
  return numbers.map((number) => {
    const entry = makeEntry(number);
    return { ...entry, postback: { ...entry.postback, eventTimeMs: START_MS + number * 1000 } };
  });
}
const START_MS = Date.now() - HOUR_MS;

/** An entry of a goal that counts once per player. */
export function makeOnce(number: number, person = 'a'.repeat(32)): Entry {
  const [entry] = makeEntries(number) as [Entry];
  return { ...entry, postback: { ...entry.postback, once: true, person, members: [person] } };
}

export function idsOf(entries: readonly (Entry | ReplayCandidate)[]): string[] {
  return entries.map(({ postback }) => postback.eventId);
}

export function uuids(...numbers: number[]): string[] {
  return numbers.map(makeUuid);
}

/** An event as a line of input says it; `changes` replace fields of a purchase. */
export function makeEvent(changes: JsonObject = {}, properties: JsonObject = {}): ConversionEvent {
  const time = { eventTimestamp: new Date(Date.now() - HOUR_MS).toISOString() };
  const parsed = parseLine(JSON.stringify(makePurchase({ ...time, ...changes }, properties)));
  if ('invalid' in parsed) throw new Error(parsed.invalid.message);
  return parsed.event;
}

/** A page view that a paid click brought. */
export function makeVisit(anonymousId: string, changes: JsonObject = {}): ConversionEvent {
  const eventTimestamp = new Date(Date.now() - 2 * HOUR_MS).toISOString();
  const page = { type: 'page', eventName: undefined, userId: undefined, eventTimestamp };
  return makeEvent({ ...page, messageId: makeUuid(900), anonymousId, ...changes });
}

export function makeAlias(fromId: string, toId: string): ConversionEvent {
  return makeEvent({ type: 'alias', eventName: undefined, fromId, toId });
}

export interface Asked {
  /** Whether the goal counts once per player. */
  once?: boolean;
  goal?: string;
  identities?: readonly ConversionEvent[];
  /** Whether the event's own click is left out, so that the player's last one decides. */
  ownClick?: boolean;
}

/** What the log knows of one event. */
export async function lookUp(
  log: Pick<DeliveryLog, 'lookup'>,
  event: ConversionEvent,
  { once = false, goal = PURCHASE.id, identities = [], ownClick = true }: Asked = {},
): Promise<KnownEvent> {
  const trigger = once ? 'once' : 'repeatable';
  const goals = [{ ...PURCHASE, id: goal, trigger } as const];
  const owner = ownClick ? ('amazon' as const) : undefined;
  const questions = [{ event, goals, owner }];
  const { events } = await log.lookup({ identities, questions, clickWindowMs: 30 * DAY_MS });
  return events[0] as KnownEvent;
}

/** The plan state of entries, as a run that reads their events again sees it. */
export async function planStatesOf(
  log: Pick<DeliveryLog, 'lookup'>,
  entries: readonly Entry[],
): Promise<(string | undefined)[]> {
  const states: (string | undefined)[] = [];
  for (const { postback } of entries) {
    const event = makeEvent({ messageId: postback.eventId });
    const known = await lookUp(log, event, { goal: postback.goal });
    states.push(known.postbacks[0]?.state);
  }
  return states;
}

/** An entry as a plan makes it of an event: it names the player by the log's keys. */
export async function planEntry(
  log: DeliveryLog,
  event: ConversionEvent,
  once = true,
): Promise<Entry> {
  const known = await lookUp(log, event, { goal: 'first-purchase', once });
  const [entry] = makeEntries(0) as [Entry];
  const id = known.postbacks[0]!.id;
  const postback = { ...entry.postback, id, dedupeId: id, eventId: event.id, once };
  const person = known.player === undefined ? {} : { person: known.player };
  return { ...entry, postback: { ...postback, ...person, members: [...known.members] } };
}
