import { ConfigError, InternalError } from '../../../errors.js';
import type { Random } from '../../../random.js';
import { commitNotePath, readCommitNote } from './commit-note.js';
import type { Database } from './database.js';
import { hasWriteAheadLog, IN_MEMORY, isDeliveryLog, useWriteAheadLog } from './database.js';
import { makeSalt } from '../people/people.js';

/** Version of the file format; raised with every change that an older program could not read. */
export const SCHEMA_VERSION = 1;

/**
 * Marks a SQLite file as a delivery log: the text "pstb" (https://www.sqlite.org/fileformat.html,
 * application id).
 */
const APPLICATION_ID = 0x70737462;

/**
 * A row per HTTP request holds its postbacks packed; ordinary rows exist only for what is pending,
 * failed or skipped. That shape is worth a factor of four end to end
 * (docs/development/measurements.md#shape-of-the-log;
 * docs/development/decisions/0001-log-shape.md).
 *
 * Times are milliseconds since the epoch. `request.ids` is 16 bytes a postback where every event id
 * is a UUID, else a JSON array. `request.details` is a JSON array of [kind id, event time -
 * started, value or 0, attempt if not 1]. `request.verdicts` has one letter a postback (s success,
 * a accepted, f failed, r retried), null where all succeeded.
 *
 * A row of `batch` stands for postbacks in flight, and its `batch_payload` holds their payloads.
 * The two are apart because every answer changes little of a batch, and SQLite writes a changed row
 * again as a whole. With `request` null the postbacks were read from a stream and are in no request
 * yet. With `completed` set their request is answered; the newest are kept so that they can be sent
 * again.
 *
 * A row of `postback` with a `request` is pending because its network accepted that request and has
 * not decided yet.
 *
 * `left_by` of a pending row that no run has claimed is the run that left it, or 0 where that run
 * died: then any live run that serves its network delivers it.
 *
 * People are known by salted hashes of their ids (src/people/): `member` is one id, `person` stands
 * for all ids that alias messages have joined. Without `meta.salt` nobody can tell whose they are.
 *
 * `skip.general` is how many of its skips concern no goal or network. The newest of these are kept;
 * of the others `skip_count` has how many there were, by run, hour and reason.
 *
 * With `list` a row of `postback` is a change of that audience list and not a conversion, and so
 * are all postbacks of a `postback_type` whose `list` is 1. Their `goal` is what `logs` shows.
 *
 * A row of `membership` is the last change of one person in one audience list: `digest` is a salted
 * hash of what was uploaded, `names` are keys as `member` is, and `encrypted_id` is the external
 * id, encrypted with a key that is not in this file. `confirmed` is 1 once the network has taken
 * the change.
 */
const TABLES = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE run (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, command TEXT NOT NULL, pid INTEGER NOT NULL,
    host TEXT NOT NULL,
  started INTEGER NOT NULL, alive INTEGER NOT NULL, ended INTEGER, summary TEXT, machine TEXT
);
CREATE INDEX run_open ON run(id) WHERE ended IS NULL;
CREATE TABLE postback_type (
  id INTEGER PRIMARY KEY, goal TEXT NOT NULL, event TEXT NOT NULL, currency TEXT NOT NULL,
    test INTEGER NOT NULL,
  list INTEGER NOT NULL, UNIQUE (goal, event, currency, test, list)
);
CREATE TABLE request (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, network TEXT NOT NULL, account TEXT NOT NULL,
  started INTEGER NOT NULL, ended INTEGER, http INTEGER, latency INTEGER, remote_id TEXT,
  count INTEGER NOT NULL, delivered INTEGER, ids NOT NULL, details TEXT NOT NULL, people BLOB,
    verdicts TEXT,
  kind TEXT, reason TEXT, message TEXT
);
CREATE INDEX request_time ON request(started);
CREATE INDEX request_problem ON request(started) WHERE verdicts IS NOT NULL;
CREATE INDEX request_open ON request(run) WHERE ended IS NULL;
CREATE TABLE problem (
  request INTEGER NOT NULL, position INTEGER NOT NULL, kind TEXT, reason TEXT, message TEXT,
    warning TEXT,
  PRIMARY KEY (request, position)
) WITHOUT ROWID;
CREATE TABLE batch (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, network TEXT NOT NULL, account TEXT NOT NULL,
  request INTEGER, completed INTEGER, count INTEGER NOT NULL
);
CREATE TABLE batch_payload (batch INTEGER PRIMARY KEY, entries NOT NULL);
CREATE TRIGGER batch_deleted AFTER DELETE ON batch BEGIN DELETE FROM batch_payload
  WHERE batch = old.id; END;
CREATE INDEX batch_run ON batch(run) WHERE completed IS NULL;
CREATE INDEX batch_request ON batch(request) WHERE completed IS NOT NULL;
CREATE TABLE postback (
  id BLOB PRIMARY KEY, state TEXT NOT NULL, network TEXT NOT NULL, account TEXT, goal TEXT NOT NULL,
  event TEXT NOT NULL, event_id TEXT NOT NULL, event_time INTEGER NOT NULL,
    updated INTEGER NOT NULL,
  attempts INTEGER NOT NULL, run INTEGER, kind TEXT, reason TEXT, message TEXT, http INTEGER,
    person TEXT,
  data TEXT NOT NULL, request INTEGER, left_by INTEGER, list TEXT
) WITHOUT ROWID;
CREATE INDEX postback_state ON postback(state, updated);
CREATE INDEX postback_request ON postback(request) WHERE request IS NOT NULL;
CREATE INDEX postback_run ON postback(run, network, event_time) WHERE run IS NOT NULL;
CREATE INDEX postback_left ON postback(left_by, network) WHERE left_by IS NOT NULL;
CREATE TABLE dedupe_index (hash INTEGER PRIMARY KEY, request INTEGER NOT NULL);
CREATE TABLE dedupe_repeats (hash INTEGER NOT NULL, request INTEGER NOT NULL, PRIMARY KEY (hash,
  request)) WITHOUT ROWID;
CREATE TABLE dedupe_filter (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, bits BLOB NOT NULL);
CREATE TABLE skip (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL,
    general INTEGER NOT NULL,
  entries TEXT NOT NULL
);
CREATE INDEX skip_time ON skip(at);
CREATE INDEX skip_general ON skip(id, general) WHERE general > 0;
CREATE TABLE skip_count (
  run INTEGER NOT NULL, hour INTEGER NOT NULL, reason TEXT NOT NULL, goal TEXT NOT NULL,
    network TEXT NOT NULL,
  count INTEGER NOT NULL, PRIMARY KEY (run, hour, reason, goal, network)
) WITHOUT ROWID;
CREATE INDEX postback_person ON postback(person) WHERE person IS NOT NULL;
CREATE TABLE alias (member TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX alias_person ON alias(person);
CREATE TABLE click (
  person TEXT NOT NULL, at INTEGER NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (person, at)
) WITHOUT ROWID;
CREATE TABLE once_lock (
  goal TEXT NOT NULL, test INTEGER NOT NULL, person TEXT NOT NULL, postback TEXT NOT NULL,
  PRIMARY KEY (goal, test, person)
) WITHOUT ROWID;
CREATE INDEX once_lock_person ON once_lock(person);
CREATE TABLE audience (
  id TEXT PRIMARY KEY, network TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,
    external_id TEXT,
  country TEXT, ttl INTEGER, connection TEXT, created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE membership (
  list TEXT NOT NULL, member TEXT NOT NULL, change TEXT NOT NULL, action TEXT NOT NULL,
    digest TEXT NOT NULL,
  names TEXT NOT NULL, encrypted_id TEXT, confirmed INTEGER NOT NULL, updated INTEGER NOT NULL,
  PRIMARY KEY (list, member)
) WITHOUT ROWID;
CREATE TABLE suppression (member TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE checkpoint (
  path TEXT PRIMARY KEY, device TEXT NOT NULL, inode TEXT NOT NULL, offset INTEGER NOT NULL,
    line INTEGER NOT NULL,
  head TEXT NOT NULL, head_bytes INTEGER NOT NULL, updated INTEGER NOT NULL
) WITHOUT ROWID;
`;

/** One row per attempt and per skip, for anyone with the sqlite3 shell. */
const VIEW = `
CREATE VIEW attempts AS
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', r.started / 1000.0, 'unixepoch') AS time, k.event, k.goal,
  r.network, r.account,
  CASE coalesce(substr(r.verdicts, d.key + 1, 1), 's') WHEN 's' THEN 'success'
    WHEN 'a' THEN 'accepted' WHEN 'f' THEN 'failed' ELSE 'retried' END AS status,
  r.http, r.latency AS latency_ms, coalesce(json_extract(d.value, '$[3]'), 1) AS attempt,
  CASE typeof(r.ids) WHEN 'blob' THEN lower(
      hex(substr(r.ids, d.key * 16 + 1, 4)) || '-' ||
      hex(substr(r.ids, d.key * 16 + 5, 2)) || '-' ||
      hex(substr(r.ids, d.key * 16 + 7, 2)) || '-' ||
      hex(substr(r.ids, d.key * 16 + 9, 2)) || '-' ||
      hex(substr(r.ids, d.key * 16 + 11, 6)))
    ELSE json_extract(r.ids, '$[' || d.key || ']') END AS event_id,
  coalesce(p.kind, r.kind) AS kind, coalesce(p.reason, r.reason) AS reason,
  coalesce(p.message || '; ' || p.warning, p.message, p.warning, r.message) AS message,
  r.remote_id AS request_id, run.name AS run
FROM request r JOIN run ON run.id = r.run, json_each(r.details) d
JOIN postback_type k ON k.id = json_extract(d.value, '$[0]')
LEFT JOIN problem p ON p.request = r.id AND p.position = d.key
WHERE r.ended IS NOT NULL
UNION ALL
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', s.at / 1000.0, 'unixepoch'), json_extract(e.value, '$[1]'),
  json_extract(e.value, '$[3]'), json_extract(e.value, '$[4]'), NULL, 'skipped', NULL, NULL, NULL,
  json_extract(e.value, '$[0]'), NULL, json_extract(e.value, '$[2]'), json_extract(e.value, '$[5]'),
    NULL, run.name
FROM skip s JOIN run ON run.id = s.run, json_each(s.entries) e;
`;

/**
 * Makes the tables in a new file and checks the version of an existing one.
 * @throws ConfigError when another version of postback wrote the file; InternalError when part of
 *   the file is missing
 */
export function prepareSchema(database: Database, path: string, random: Random): void {
  if (isCurrent(database)) return;
  refuseForeign(database, path);
  const isNew = database.transact(() => {
    // Two processes may start on a new file at once: the second finds the work done.
    const version = readVersion(database);
    if (isCurrent(database)) return true;
    if (version !== 0) throw refuseVersion(path, isLog(database));
    checkEmpty(database, path);
    database.exec(TABLES);
    makeSalt(database, random);
    database.exec(VIEW);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    return true;
  });
  if (isNew) useWriteAheadLog(database, path);
}

/**
 * Whether a file that is to be read has tables; false while another process is making it.
 * @throws as prepareSchema
 */
export function hasSchema(database: Database, path: string): boolean {
  if (isCurrent(database)) return true;
  refuseForeign(database, path);
  if (readVersion(database) !== 0) throw refuseVersion(path, isLog(database));
  checkEmpty(database, path);
  return false;
}

/** Refuses the database of another program before anything in it changes. */
function refuseForeign(database: Database, path: string): void {
  if (countTables(database) === 0 || isDeliveryLog(database)) return;
  throw new InternalError('log_damaged', `The database at ${path} is not a delivery log.`, {
    hint: 'Move it aside, or choose another place with POSTBACK_HOME. Nothing in it was changed.',
  });
}

/** @param isNewer a log of this program's line, which an earlier file is not */
function refuseVersion(path: string, isNewer: boolean): ConfigError {
  if (isNewer) {
    return new ConfigError(
      'log_too_new',
      `The delivery log at ${path} was written by a newer postback.`,
      {
        hint: 'Update postback, or select another workspace with --workspace.',
      },
    );
  }
  const message =
    `The delivery log at ${path} was written by postback before its first release, in another ` +
    'format.';
  return new ConfigError('log_too_old', message, {
    hint:
      'Move the file away. A new log starts empty, so events that were sent before could be sent ' +
      'again.',
  });
}

/**
 * A new file gets its tables before its write-ahead log (database.ts). So a file that has one and
 * holds nothing has lost what was written ahead: it was copied without its `-wal` file, or that was
 * removed or damaged.
 */
function checkEmpty(database: Database, path: string): void {
  if (path === IN_MEMORY) return;
  if (!hasWriteAheadLog(database)) return checkTruncated(path);
  const message =
    `The delivery log at ${path} is incomplete: its write-ahead file ${path}-wal is missing or ` +
    'damaged.';
  throw new InternalError('log_damaged', message, {
    hint:
      'Restore both files, or move this one aside and keep it: a new log starts empty, so ' +
      'earlier events could be sent again. To copy a log that is in use: postback logs backup ' +
      'FILE',
  });
}

/** A note of commits shows that an empty file is not a new one. */
function checkTruncated(path: string): void {
  if (!readCommitNote(commitNotePath(path))) return;
  throw new InternalError(
    'log_damaged',
    `The delivery log at ${path} is empty, though earlier runs wrote to it.`,
    {
      hint:
        'Restore it from a backup. To begin a new log, so that earlier events may be sent ' +
        'again, remove the empty file and run the same command again.',
    },
  );
}

function countTables(database: Database): number {
  return Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
}

function isCurrent(database: Database): boolean {
  return readVersion(database) === SCHEMA_VERSION && isLog(database);
}

function isLog(database: Database): boolean {
  return database.prepare('PRAGMA application_id').get()?.['application_id'] === APPLICATION_ID;
}

function readVersion(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}
