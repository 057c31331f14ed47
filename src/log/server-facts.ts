/** What `doctor` and `status` say of the server of a shared log. */
export interface LogServerFacts {
  /** Host, port and database. */
  shownAddress: string;
  /** Version of the server, as it prints it. */
  version: string;
  /** Why nothing can be written: the server is a replica, or set to read only. */
  readOnly: 'replica' | 'setting' | undefined;
  /** By how much this machine's clock is ahead of the server's, in milliseconds. */
  clockAheadMs: number;
  /** Value of `synchronous_commit`. */
  synchronousCommit: string;
  /** Whether connections share sessions of the server, as PgBouncer does in transaction mode. */
  isPooled: boolean;
  /** Months after this one that have a partition; undefined where nothing was ever sent. */
  monthsAhead: number | undefined;
  /** Tables of the log that the user may not write. */
  forbiddenTables: string[];
  /** Whether the user may make what is missing: the schema, or partitions of coming months. */
  mayCreate: boolean;
  /** Bytes of the tables with their indexes; undefined where nothing was ever sent. */
  bytes: number | undefined;
}
