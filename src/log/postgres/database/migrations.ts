/** A step from one version of the schema to the next. */
interface Migration {
  version: number;
  sql: string;
}

/**
 * The same shape as the SQLite log (sqlite/database/schema.ts): a row per HTTP request holds its
 * postbacks packed, and ordinary rows exist only for what is pending, failed or skipped.
 *
 * What differs, and why:
 * * `dedupe_index` knows every postback that was ever part of a request by its whole id, with the
 *   first request that carried it; `dedupe_repeats` has the later ones. It is not partitioned: a
 *   unique index of a partitioned table has to hold the partition key, so it would not be unique.
 * * `request` and `skip` are partitioned by the month in which they were recorded, by the server's
 *   clock. There is no default partition: it would keep others from being detached.
 * * `changed` is the transaction that wrote a row last: `logs --follow` finds by it what was
 *   committed since, in whatever order.
 * * `write_token` has a row for each transaction of a live run. Where the answer to a COMMIT is
 *   lost, the same token is written again: a conflict proves that the transaction was committed.
 * * `run.lease` is a time of the server's clock. All other times are milliseconds since the epoch,
 *   by the clock of the machine that recorded them.
 * * `ids_text` and `entries_text` hold what cannot be packed as bytes.
 * * `pace` is unlogged: after a crash of the server it starts empty, which costs at most one
 *   second of pace.
 */
const VERSION_1 = `
CREATE TABLE @meta (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE @run (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, command text NOT NULL,
    pid int NOT NULL,
  host text NOT NULL, started bigint NOT NULL, lease timestamptz NOT NULL, ended bigint,
    summary text
);
CREATE INDEX run_open ON @run (id) WHERE ended IS NULL;
CREATE TABLE @write_token (token uuid PRIMARY KEY, run int NOT NULL,
  at timestamptz NOT NULL DEFAULT now());
CREATE TABLE @postback_type (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, goal text NOT NULL, event text NOT NULL,
    currency text NOT NULL,
  test boolean NOT NULL, list boolean NOT NULL DEFAULT false, UNIQUE (goal, event, currency, test,
    list)
);
CREATE SEQUENCE @request_id;
CREATE TABLE @request (
  id bigint NOT NULL, month int NOT NULL DEFAULT to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')::int,
  changed xid8 NOT NULL DEFAULT pg_current_xact_id(), run int NOT NULL, network text NOT NULL,
    account text NOT NULL,
  started bigint NOT NULL, ended bigint, http int, latency int, remote_id text, count int NOT NULL,
    delivered int,
  ids bytea, ids_text text, details text NOT NULL, people bytea, verdicts text, kind text,
    reason text, message text,
  PRIMARY KEY (id, month)
) PARTITION BY LIST (month);
ALTER TABLE @request ALTER ids SET STORAGE EXTERNAL, ALTER people SET STORAGE EXTERNAL;
CREATE INDEX request_time ON @request (started, id);
CREATE INDEX request_problem ON @request (started) WHERE verdicts IS NOT NULL;
CREATE INDEX request_open ON @request (run) WHERE ended IS NULL;
CREATE INDEX request_changed ON @request (changed);
CREATE TABLE @problem (
  request bigint NOT NULL, position int NOT NULL, kind text, reason text, message text,
    warning text,
  PRIMARY KEY (request, position)
);
CREATE TABLE @dedupe_index (id uuid PRIMARY KEY, request bigint NOT NULL,
  day date NOT NULL DEFAULT current_date);
CREATE INDEX dedupe_index_day ON @dedupe_index USING brin (day);
CREATE TABLE @dedupe_repeats (id uuid NOT NULL, request bigint NOT NULL,
  day date NOT NULL DEFAULT current_date, PRIMARY KEY (id, request));
CREATE INDEX dedupe_repeats_day ON @dedupe_repeats USING brin (day);
CREATE TABLE @batch (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run int NOT NULL, network text NOT NULL,
    account text NOT NULL,
  request bigint, completed bigint, count int NOT NULL, entries bytea, entries_text text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 10000);
ALTER TABLE @batch ALTER entries SET STORAGE EXTERNAL;
CREATE INDEX batch_run ON @batch (run) WHERE completed IS NULL;
CREATE INDEX batch_request ON @batch (request);
CREATE TABLE @postback (
  id uuid PRIMARY KEY, state text NOT NULL, network text NOT NULL, account text, goal text NOT NULL,
    event text NOT NULL,
  event_id text NOT NULL, test boolean NOT NULL, event_time bigint NOT NULL,
    updated bigint NOT NULL, attempts int NOT NULL, run int,
  kind text, reason text, message text, http int, person text, data text NOT NULL, request bigint,
    left_by int,
  list text
);
CREATE INDEX postback_state ON @postback (state, updated);
CREATE INDEX postback_request ON @postback (request) WHERE request IS NOT NULL;
CREATE INDEX postback_run ON @postback (run, network, event_time, id) WHERE run IS NOT NULL;
CREATE INDEX postback_left ON @postback (left_by, network) WHERE left_by IS NOT NULL;
CREATE INDEX postback_person ON @postback (person) WHERE person IS NOT NULL;
CREATE TABLE @skip (
  id bigint GENERATED BY DEFAULT AS IDENTITY,
    month int NOT NULL DEFAULT to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')::int,
  changed xid8 NOT NULL DEFAULT pg_current_xact_id(), run int NOT NULL, at bigint NOT NULL,
    count int NOT NULL,
  general int NOT NULL, entries text NOT NULL, PRIMARY KEY (id, month)
) PARTITION BY LIST (month);
CREATE INDEX skip_time ON @skip (at, id);
CREATE INDEX skip_general ON @skip (id) INCLUDE (general) WHERE general > 0;
CREATE TABLE @skip_count (
  run int NOT NULL, hour int NOT NULL, reason text NOT NULL, goal text NOT NULL,
    network text NOT NULL,
  count bigint NOT NULL, PRIMARY KEY (run, hour, reason, goal, network)
);
CREATE INDEX skip_changed ON @skip (changed);
CREATE TABLE @alias (member text PRIMARY KEY, person text NOT NULL);
CREATE INDEX alias_person ON @alias (person);
CREATE TABLE @click (person text NOT NULL, at bigint NOT NULL, fields text NOT NULL,
  PRIMARY KEY (person, at));
CREATE TABLE @once_lock (
  goal text NOT NULL, test boolean NOT NULL, person text NOT NULL, postback text NOT NULL,
  PRIMARY KEY (goal, test, person)
);
CREATE INDEX once_lock_person ON @once_lock (person);
CREATE TABLE @audience (
  id text PRIMARY KEY, network text NOT NULL, account text NOT NULL, name text NOT NULL,
    external_id text, country text,
  ttl bigint, connection text, created bigint NOT NULL
);
CREATE TABLE @membership (
  list text NOT NULL, member text NOT NULL, change text NOT NULL, action text NOT NULL,
    digest text NOT NULL,
  names text NOT NULL, encrypted_id text, confirmed boolean NOT NULL, updated bigint NOT NULL,
    PRIMARY KEY (list, member)
);
CREATE TABLE @suppression (member text PRIMARY KEY, at bigint NOT NULL);
CREATE TABLE @checkpoint (
  path text NOT NULL, device text NOT NULL, inode text NOT NULL, read_to bigint NOT NULL,
    line bigint NOT NULL,
  head text NOT NULL, head_bytes int NOT NULL, updated bigint NOT NULL, PRIMARY KEY (path, device,
    inode)
);
CREATE UNLOGGED TABLE @pace (account text PRIMARY KEY, next_at timestamptz NOT NULL);
`;

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [{ version: 1, sql: VERSION_1 }];

/** Version of the schema that this program writes. */
export const SCHEMA_VERSION = 1;
