import { UsageError } from '../../src/errors.js';
import type { LogRow, LogStatus } from '../../src/log/attempt-rows.js';
import type { Column } from './table.js';

const PAINT: Readonly<Record<LogStatus, 'green' | 'red' | 'yellow' | 'dim'>> = {
  success: 'green',
  failed: 'red',
  retried: 'yellow',
  skipped: 'dim',
};

/** The columns of the product's delivery log, with goal, network and reason (contract.md section 4). */
export function logColumns(isTerminal: boolean): Column<LogRow>[] {
  return [
    { header: 'Time', value: ({ time }) => (isTerminal ? localTime(time) : time) },
    { header: 'Event', value: ({ event }) => event },
    { header: 'Status', value: ({ status }) => status, paint: (text, color, { status }) => color[PAINT[status]](text) },
    { header: 'HTTP', value: ({ http }) => http, align: 'right', dropOrder: 1 },
    { header: 'Latency', value: ({ latencyMs }) => latencyMs && `${latencyMs} ms`, align: 'right', dropOrder: 2 },
    { header: 'Attempt', value: ({ attempt }) => attempt, align: 'right', dropOrder: 3 },
    { header: 'Goal', value: ({ goal }) => goal, dropOrder: 4 },
    { header: 'Network', value: ({ network }) => network, dropOrder: 5 },
    { header: 'Reason', value: ({ reason, message }) => reason && reasonOf(reason, message, isTerminal) },
    { header: 'Event ID', value: ({ eventId }) => eventId, dropOrder: 6 },
  ];
}

function reasonOf(reason: string, message: string | null, isTerminal: boolean): string {
  return isTerminal || message === null || message === '' ? reason : `${reason}: ${message}`;
}

/** Times are local where a person reads them, UTC in data. */
function localTime(time: string): string {
  const date = new Date(time);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
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

/** One row as CSV (RFC 4180). What a spreadsheet would run as a formula is made text: remote words may hold anything. */
export function formatCsvRow(row: LogRow): string {
  return CSV_FIELDS.map((field) => formatCsvCell(row[field])).join(',');
}

function formatCsvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** An HTTP status of `--http`. @throws {UsageError} for anything else. */
export function readHttpStatus(text: string): number {
  if (/^[1-5]\d\d$/.test(text)) return Number(text);
  throw new UsageError('bad_flag_value', `--http ${text} is no HTTP status.`, { hint: 'Write 429 or 500.' });
}
