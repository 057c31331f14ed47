import type { SkipEntry } from '../entry.js';
import type { LogRow, LogStatus } from '../log-rows.js';
import { derivePostbackId } from '../../identity/postback-id.js';
import type { PostbackType } from './postback-type.js';
import type { SqlRow } from './sql-row.js';
import { unpackDetails, unpackIds } from './packing.js';
import { readRow, readUnlessDamaged } from '../stored-json.js';

/** What one entry's problem row says, by position. */
export type Problems = ReadonlyMap<number, Problem>;

interface Problem {
  kind: string | null;
  reason: string | null;
  message: string | null;
}

export interface UnpackContext {
  workspace: string;
  postbackTypes: { find(number: number): PostbackType };
  runName(run: number): string;
  problemsOf(request: number): Problems;
  /** Called for each row that cannot be read: it is left out. */
  noteDamaged(row: string): void;
}

const STATUS_OF: Record<string, LogStatus> = {
  s: 'success',
  a: 'accepted',
  f: 'failed',
  r: 'retried',
};
const DELIVERED: Problem = { kind: 'delivered', reason: null, message: null };

/** What can be told of an attempt before its row is made. */
export type AttemptGlance = Pick<LogRow, 'event' | 'goal' | 'status' | 'eventId'>;

/**
 * The attempts of one request row, in the order of the request.
 * @param isWanted asked of each at first glance: where few of many are wanted, making them all
 *   costs most of the time
 */
export function unpackRequest(
  row: SqlRow,
  context: UnpackContext,
  isWanted: (glance: AttemptGlance) => boolean = () => true,
): LogRow[] {
  const startedMs = Number(row['started']);
  const packed = readUnlessDamaged(() => ({
    eventIds: unpackIds(row['ids'] as Uint8Array | string),
    details: unpackDetails(String(row['details']), startedMs),
  }));
  if (!packed) {
    context.noteDamaged(`request ${Number(row['id'])}`);
    return [];
  }
  const { eventIds, details } = packed;
  const verdicts = text(row['verdicts']);
  const network = String(row['network']);
  const isUniform = row['kind'] !== null;
  const problems: Problems =
    verdicts === null || isUniform ? new Map() : context.problemsOf(Number(row['id']));
  const common = {
    kind: text(row['kind']),
    reason: text(row['reason']),
    message: text(row['message']),
  };
  const same = {
    time: new Date(startedMs).toISOString(),
    run: context.runName(Number(row['run'])),
  };
  const attempts: LogRow[] = [];
  details.forEach((detail, index) => {
    const { goal, event } = context.postbackTypes.find(detail.kind);
    const eventId = eventIds[index] ?? '';
    const status = STATUS_OF[verdicts?.[index] ?? 's'] ?? 'retried';
    if (!isWanted({ event, goal, status, eventId })) return;
    attempts.push({
      time: same.time,
      event,
      goal,
      network,
      account: text(row['account']),
      status,
      http: number(row['http']),
      latencyMs: number(row['latency']),
      attempt: detail.attempt,
      eventId,
      postbackId: derivePostbackId(context.workspace, network, goal, eventId),
      ...(problems.get(index) ?? (status === 'success' ? DELIVERED : common)),
      requestId: text(row['remote_id']),
      run: same.run,
    });
  });
  return attempts;
}

/** One entry of a row of the `skip` table. */
export type PackedSkip = [
  eventId: string,
  event: string,
  reason: string,
  goal: string | null,
  network: string | null,
  message?: string | null,
  field?: string | null,
  list?: string,
];

/** Packs skips as the text that a row of the `skip` table holds. */
export function packSkips(entries: readonly SkipEntry[]): string {
  const packed = entries.map(({ eventId, event, reason, goal, network, message, field, list }) => {
    const row = [eventId, event, reason, goal ?? null, network ?? null];
    if (list !== undefined) return [...row, message ?? null, field ?? null, list];
    if (message === undefined) return row;
    return field === undefined ? [...row, message] : [...row, message, field];
  });
  return JSON.stringify(packed);
}

/** The entries of a row of the `skip` table; undefined where they cannot be read. */
export function readSkips(row: SqlRow): PackedSkip[] | undefined {
  return readUnlessDamaged(() =>
    readRow('some skips', () => {
      const skips: unknown = JSON.parse(String(row['entries']));
      if (!Array.isArray(skips) || !skips.every(Array.isArray)) throw new TypeError('not a list');
      return skips as PackedSkip[];
    }),
  );
}

/** The skips of one skip row, in order. */
export function unpackSkips(row: SqlRow, context: UnpackContext): LogRow[] {
  const time = new Date(Number(row['at'])).toISOString();
  const run = context.runName(Number(row['run']));
  const skips = readSkips(row);
  if (!skips) context.noteDamaged(`skips ${Number(row['id'])}`);
  return (skips ?? []).map(([eventId, event, reason, goal, network, message, field]): LogRow => ({
    time,
    event,
    goal,
    network,
    account: null,
    status: 'skipped',
    http: null,
    latencyMs: null,
    attempt: null,
    eventId,
    postbackId:
      goal && network ? derivePostbackId(context.workspace, network, goal, eventId) : null,
    kind: 'skipped',
    reason,
    message: message ?? null,
    ...(field === undefined || field === null ? {} : { field }),
    requestId: null,
    run,
  }));
}

function text(value: SqlRow[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function number(value: SqlRow[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
