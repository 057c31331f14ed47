import { parseStored } from './stored-json.js';
import { derivePostbackId } from '../identity/postback-id.js';
import type { SqlRow } from './database.js';
import type { Kinds } from './kinds.js';
import { unpackDetails, unpackIds } from './packing.js';

/** `accepted`: the network took it and decides later. */
export type LogStatus = 'success' | 'accepted' | 'failed' | 'retried' | 'skipped';

/** One attempt or one skip, in the form of `logs --json` (contract.md section 4). */
export interface LogRow {
  time: string;
  event: string;
  goal: string | null;
  network: string | null;
  account: string | null;
  status: LogStatus;
  http: number | null;
  latencyMs: number | null;
  attempt: number | null;
  eventId: string;
  postbackId: string | null;
  kind: string | null;
  reason: string | null;
  message: string | null;
  requestId: string | null;
  run: string;
}

/** What one entry's problem row says, by position. */
export type Problems = ReadonlyMap<number, Problem>;

interface Problem {
  kind: string | null;
  reason: string | null;
  message: string | null;
}

export interface UnpackContext {
  workspace: string;
  kinds: Kinds;
  runName(run: number): string;
  problemsOf(request: number): Problems;
}

const STATUS_OF: Record<string, LogStatus> = { s: 'success', a: 'accepted', f: 'failed', r: 'retried' };
const DELIVERED: Problem = { kind: 'delivered', reason: null, message: null };

/** What can be told of an attempt before its row is made. */
export type AttemptGlance = Pick<LogRow, 'event' | 'goal' | 'status' | 'eventId'>;

/**
 * The attempts of one request row, in the order of the request.
 * @param isWanted asked of each at first glance: where few of many are wanted, making them all costs most of the time
 */
export function unpackRequest(
  row: SqlRow,
  context: UnpackContext,
  isWanted: (glance: AttemptGlance) => boolean = () => true,
): LogRow[] {
  const startedMs = Number(row['started']);
  const eventIds = unpackIds(row['ids'] as Uint8Array | string);
  const verdicts = text(row['verdicts']);
  const network = String(row['network']);
  const isUniform = row['kind'] !== null;
  const problems: Problems = verdicts === null || isUniform ? new Map() : context.problemsOf(Number(row['id']));
  const common = { kind: text(row['kind']), reason: text(row['reason']), message: text(row['message']) };
  const same = { time: new Date(startedMs).toISOString(), run: context.runName(Number(row['run'])) };
  const attempts: LogRow[] = [];
  unpackDetails(String(row['details']), startedMs).forEach((detail, index) => {
    const { goal, event } = context.kinds.find(detail.kind);
    const eventId = eventIds[index] as string;
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
  message?: string,
];

/** The skips of one skip row, in order. */
export function unpackSkips(row: SqlRow, context: UnpackContext): LogRow[] {
  const time = new Date(Number(row['at'])).toISOString();
  const run = context.runName(Number(row['run']));
  return (parseStored(String(row['entries']), 'some skips') as PackedSkip[]).map(
    ([eventId, event, reason, goal, network, message]): LogRow => ({
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
      postbackId: goal && network ? derivePostbackId(context.workspace, network, goal, eventId) : null,
      kind: 'skipped',
      reason,
      message: message ?? null,
      requestId: null,
      run,
    }),
  );
}

function text(value: SqlRow[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function number(value: SqlRow[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
