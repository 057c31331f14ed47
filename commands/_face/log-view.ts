import { UsageError } from '../../src/errors.js';
import type { LogRow, LogStatus } from '../../src/log/attempt-rows.js';
import { formatCsvLine } from './csv.js';
import type { FollowState } from '../../src/log/follow-log.js';
import type { Column } from './table.js';
import { localTime } from './time.js';

const PAINT: Readonly<Record<LogStatus, 'green' | 'cyan' | 'red' | 'yellow' | 'dim'>> = {
  success: 'green',
  accepted: 'cyan',
  failed: 'red',
  retried: 'yellow',
  skipped: 'dim',
};

/** The columns of the product's delivery log, with goal, network and reason (contract.md section 4). */
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
      value: ({ latencyMs }) => latencyMs && `${latencyMs} ms`,
      align: 'right',
      minWidth: 7,
      dropOrder: 2,
    },
    { header: 'Attempt', value: ({ attempt }) => attempt, align: 'right', dropOrder: 3 },
    { header: 'Goal', value: ({ goal }) => goal, dropOrder: 4 },
    { header: 'Network', value: ({ network }) => network, dropOrder: 5 },
    { header: 'Account', value: ({ account }) => account, dropOrder: 5.5 },
    { header: 'Reason', value: ({ reason, message }) => reasonOf(reason, message, isTerminal) },
    { header: 'Event ID', value: ({ eventId }) => eventId, dropOrder: 6 },
  ];
}

/** A delivered attempt has no reason, and its message is what the network warns of. */
function reasonOf(reason: string | null, message: string | null, isTerminal: boolean): string | null {
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

/** One row of `logs --csv`, its fields in the order of {@link CSV_HEADER}. */
export function formatCsvRow(row: LogRow): string {
  return formatCsvLine(CSV_FIELDS.map((field) => row[field]));
}

/** What happens to a log that is followed, in words. */
export function describeFollowing(state: FollowState, workspace: string): string {
  const words: Readonly<Record<FollowState, string>> = {
    following: `Following the delivery log of ${workspace}. Ctrl-C ends it.`,
    waiting: `Nothing was ever sent in ${workspace}; waiting for its log. Ctrl-C ends it.`,
    replaced: `The delivery log of ${workspace} was removed or replaced.`,
  };
  return words[state];
}

/** An HTTP status of `--http`. @throws {UsageError} for anything else. */
export function readHttpStatus(text: string): number {
  if (/^[1-5]\d\d$/.test(text)) return Number(text);
  throw new UsageError('bad_flag_value', `--http ${text} is no HTTP status.`, { hint: 'Write 429 or 500.' });
}
