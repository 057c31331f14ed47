import type { LogRow, LogStatus } from '../log/log-rows.js';
import { UsageError } from '../errors.js';
import { formatCsvLine } from './csv.js';
import type { FollowState } from '../log/follow.js';
import type { Column } from './table.js';
import { localTime } from './time.js';

const PAINT: Readonly<Record<LogStatus, 'green' | 'cyan' | 'red' | 'yellow' | 'dim'>> = {
  success: 'green',
  accepted: 'cyan',
  failed: 'red',
  retried: 'yellow',
  skipped: 'dim',
};

/**
 * The columns of the product's delivery log, with goal, network and reason.
 */
export function logColumns(isTerminal: boolean): Column<LogRow>[] {
  return [
    { header: 'Time', value: ({ time }) => (isTerminal ? localTime(time) : time), minWidth: 19 },
    { header: 'Event', value: ({ event }) => event },
    {
      header: 'Status',
      value: ({ status }) => status,
      minWidth: 7,
      paint: (text, color, { status }) => color[PAINT[status]](text),
    },
    { header: 'HTTP', value: ({ http }) => http, align: 'right', dropOrder: 1 },
    {
      header: 'Latency',
      value: ({ latencyMs }) => (isTerminal ? latencyMs && `${latencyMs} ms` : latencyMs),
      align: 'right',
      minWidth: 7,
      dropOrder: 3,
    },
    { header: 'Attempt', value: ({ attempt }) => attempt, align: 'right', dropOrder: 4 },
    { header: 'Goal', value: ({ goal }) => goal, dropOrder: 5 },
    { header: 'Network', value: ({ network }) => network, dropOrder: 6 },
    { header: 'Account', value: ({ account }) => account, dropOrder: 7 },
    { header: 'Reason', value: ({ reason, message }) => reasonOf(reason, message, isTerminal) },
    { header: 'Event ID', value: ({ eventId }) => eventId, dropOrder: 2 },
  ];
}

/** A delivered attempt has no reason, and its message is what the network warns of. */
function reasonOf(
  reason: string | null,
  message: string | null,
  isTerminal: boolean,
): string | null {
  if (reason === null) return message;
  return isTerminal || message === null || message === '' ? reason : `${reason}: ${message}`;
}

const CSV_FIELDS = [
  'time',
  'event',
  'goal',
  'network',
  'account',
  'status',
  'http',
  'latencyMs',
  'attempt',
  'eventId',
  'postbackId',
  'kind',
  'reason',
  'message',
  'requestId',
  'run',
] as const satisfies readonly (keyof LogRow)[];

/** The header line of `logs --csv`. */
export const CSV_HEADER = CSV_FIELDS.join(',');

/** Formats a row of `logs --csv`, with fields in the order of {@link CSV_HEADER}. */
export function formatCsvRow(row: LogRow): string {
  return formatCsvLine(CSV_FIELDS.map((field) => row[field]));
}

/** Describes the state of a followed log. */
export function describeFollowing(state: FollowState, workspace: string): string {
  const words: Readonly<Record<FollowState, string>> = {
    following: `Following the delivery log of ${workspace}. Press Ctrl-C to stop.`,
    waiting: `Nothing was sent in ${workspace} yet. Waiting for its log. Press Ctrl-C to stop.`,
    replaced: `The delivery log of ${workspace} was removed or replaced.`,
  };
  return words[state];
}

/**
 * Returns the HTTP statuses that `--http` names: one (`429`) or a class (`5xx`).
 * @throws {UsageError} for anything else.
 */
export function readHttpStatuses(text: string): number[] {
  if (/^[1-5]\d\d$/.test(text)) return [Number(text)];
  if (/^[1-5]xx$/i.test(text)) {
    const first = Number(text[0]) * 100;
    return Array.from({ length: 100 }, (_, offset) => first + offset);
  }
  throw new UsageError('bad_flag_value', `Invalid HTTP status "${text}" for --http.`, {
    hint: 'Write 429 or 5xx.',
  });
}
