import type { SqlRow } from './packed/sql-row.js';

/** Tables that are copied row by row, in this order. */
export const MOVED_TABLES = [
  'alias',
  'click',
  'suppression',
  'audience',
  'membership',
  'checkpoint',
  'postback',
  'once_lock',
] as const;

export type MovedTable = (typeof MOVED_TABLES)[number];

/** A log on this machine that is copied to a server. */
export interface LogExport {
  /** The salt by which the log knows people. */
  readonly salt: string;
  /** Number of deliveries whose request was pruned: their ids are known by a hash alone. */
  countPruned(): number;
  /** The rows of a table, a page at a time. */
  pages(table: MovedTable | 'request' | 'problem' | 'postback_type'): Iterable<readonly SqlRow[]>;
  close(): void;
}

/** What was copied, in numbers. */
export interface MoveReceipt {
  from: string;
  to: string;
  /** Deliveries that the server's log knows as duplicates now. */
  ids: number;
  /** Rows that were new there, by table. */
  rows: Record<MovedTable, number>;
  /** Requests whose attempts `logs` shows now. */
  requests: number;
  /** Deliveries that cannot be copied: their requests were pruned. */
  prunedIds: number;
  /** Whether a signal ended it early: the same command goes on. */
  stopped?: true;
}

export interface MoveOptions {
  /** Copies the attempts too. */
  history: boolean;
  signal: AbortSignal;
  /** Receives what is being copied. */
  report: (what: string, count: number) => void;
}
