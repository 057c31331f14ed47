import { ConfigError, InternalError } from '../errors.js';
import type { Random } from '../random.js';
import type { Database } from './database.js';
import { hasWriteAheadLog, IN_MEMORY, useWriteAheadLog } from './database.js';
import { leaveUnindexed } from './index-scope.js';
import { makeSalt } from './people.js';
import { SeenFilter } from './seen-filter.js';

/** Version of the file format; raised with every change that an older program could not read. */
export const SCHEMA_VERSION = 8;

/** What version 3 added: audience lists, and who is in them. */
const AUDIENCES = `
CREATE TABLE IF NOT EXISTS audience (
  id TEXT PRIMARY KEY, network TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL, external_id TEXT,
  country TEXT, ttl INTEGER, connection TEXT, created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS membership (
  list TEXT NOT NULL, member TEXT NOT NULL, change TEXT NOT NULL, action TEXT NOT NULL, digest TEXT NOT NULL,
  names TEXT NOT NULL, sealed TEXT, settled INTEGER NOT NULL, updated INTEGER NOT NULL, PRIMARY KEY (list, member)
) WITHOUT ROWID;
`;

/** What version 5 added: in which later requests a postback was again. */
const SEEN_AGAIN = `
CREATE TABLE seen_again (hash INTEGER NOT NULL, request INTEGER NOT NULL, PRIMARY KEY (hash, request)) WITHOUT ROWID;
`;

/**
 * A row per HTTP request holds its postbacks packed; ordinary rows exist only for what is pending, failed or skipped.
 * That shape is worth a factor of four end to end (performance.md section 4; docs/decisions/0001-log-shape.md).
 *
 * Times are milliseconds since the epoch. `request.ids` is 16 bytes a postback where every event id is a UUID, else a
 * JSON array. `request.details` is a JSON array of [kind id, event time - started, value or 0, attempt if not 1].
 * `request.verdicts` has one letter a postback (s success, a accepted, f failed, r retried), null where all succeeded.
 *
 * A row of `flight` stands for postbacks on their way, and its `cargo` holds their facts: apart, because what changes with every
 * answer is small, and SQLite writes a changed row anew as a whole. With `request` null they were read from a stream and are
 * in no request yet; with `done` set they have landed, and the newest are kept so that they can be sent again.
 *
 * A row of `postback` with a `request` is pending because its network accepted that request and has not decided yet.
 *
 * People are known by salted hashes of their ids (src/people/): `member` is one id, `person` stands for all ids that
 * alias messages have joined. Without `meta.salt` nobody can tell whose they are.
 *
 * A row of `membership` is the last change of one person in one audience list: `digest` is a salted hash of what was told,
 * `names` are keys as `member` is, and `sealed` is the external id, encrypted with a key that is not in this file.
 */
const TABLES = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE run (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, command TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL,
  started INTEGER NOT NULL, alive INTEGER NOT NULL, ended INTEGER, summary TEXT, machine TEXT
);
CREATE INDEX run_open ON run(id) WHERE ended IS NULL;
CREATE TABLE kind (
  id INTEGER PRIMARY KEY, goal TEXT NOT NULL, event TEXT NOT NULL, currency TEXT NOT NULL, test INTEGER NOT NULL,
  UNIQUE (goal, event, currency, test)
);
CREATE TABLE request (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, network TEXT NOT NULL, account TEXT NOT NULL,
  started INTEGER NOT NULL, ended INTEGER, http INTEGER, latency INTEGER, remote_id TEXT,
  count INTEGER NOT NULL, delivered INTEGER, ids NOT NULL, details TEXT NOT NULL, people BLOB, verdicts TEXT,
  kind TEXT, reason TEXT, message TEXT
);
CREATE INDEX request_time ON request(started);
CREATE INDEX request_problem ON request(started) WHERE verdicts IS NOT NULL;
CREATE INDEX request_open ON request(run) WHERE ended IS NULL;
CREATE TABLE problem (
  request INTEGER NOT NULL, position INTEGER NOT NULL, kind TEXT, reason TEXT, message TEXT, warning TEXT,
  PRIMARY KEY (request, position)
) WITHOUT ROWID;
CREATE TABLE flight (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, network TEXT NOT NULL, account TEXT NOT NULL,
  request INTEGER, done INTEGER, count INTEGER NOT NULL
);
CREATE TABLE cargo (flight INTEGER PRIMARY KEY, entries NOT NULL);
CREATE TRIGGER flight_gone AFTER DELETE ON flight BEGIN DELETE FROM cargo WHERE flight = old.id; END;
CREATE INDEX flight_run ON flight(run) WHERE done IS NULL;
CREATE INDEX flight_request ON flight(request) WHERE done IS NOT NULL;
CREATE TABLE postback (
  id BLOB PRIMARY KEY, state TEXT NOT NULL, network TEXT NOT NULL, account TEXT, goal TEXT NOT NULL,
  event TEXT NOT NULL, event_id TEXT NOT NULL, event_time INTEGER NOT NULL, updated INTEGER NOT NULL,
  attempts INTEGER NOT NULL, run INTEGER, kind TEXT, reason TEXT, message TEXT, http INTEGER, person TEXT,
  data TEXT NOT NULL, request INTEGER
) WITHOUT ROWID;
CREATE INDEX postback_state ON postback(state, updated);
CREATE INDEX postback_request ON postback(request) WHERE request IS NOT NULL;
CREATE INDEX postback_claim ON postback(run, network, event_time) WHERE run IS NOT NULL;
CREATE TABLE seen (hash INTEGER PRIMARY KEY, request INTEGER NOT NULL);${SEEN_AGAIN}CREATE TABLE seen_filter (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, bits BLOB NOT NULL);
CREATE TABLE skip (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL, entries TEXT NOT NULL
);
CREATE INDEX skip_time ON skip(at);
CREATE INDEX postback_person ON postback(person) WHERE person IS NOT NULL;
CREATE TABLE alias (member TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX alias_person ON alias(person);
CREATE TABLE click (
  person TEXT NOT NULL, at INTEGER NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (person, at)
) WITHOUT ROWID;
CREATE TABLE claim (
  goal TEXT NOT NULL, test INTEGER NOT NULL, person TEXT NOT NULL, postback TEXT NOT NULL,
  PRIMARY KEY (goal, test, person)
) WITHOUT ROWID;
CREATE INDEX claim_person ON claim(person);
${AUDIENCES}CREATE TABLE suppression (member TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE checkpoint (
  path TEXT PRIMARY KEY, device TEXT NOT NULL, inode TEXT NOT NULL, offset INTEGER NOT NULL, line INTEGER NOT NULL,
  head TEXT NOT NULL, head_bytes INTEGER NOT NULL, updated INTEGER NOT NULL
) WITHOUT ROWID;
`;

/** What made each version of the one before. */
const UPGRADES: Readonly<Record<number, (database: Database) => void>> = {
  1: (database) =>
    database.exec(`
      ALTER TABLE postback ADD COLUMN request INTEGER;
      CREATE INDEX postback_request ON postback(request) WHERE request IS NOT NULL;`),
  2: (database) => database.exec(AUDIENCES),
  3: (database) => {
    database.exec(`
      CREATE TABLE cargo (flight INTEGER PRIMARY KEY, entries TEXT NOT NULL);
      INSERT INTO cargo SELECT id, entries FROM flight;
      ALTER TABLE flight DROP COLUMN entries;
      CREATE TRIGGER flight_gone AFTER DELETE ON flight BEGIN DELETE FROM cargo WHERE flight = old.id; END;
      CREATE TABLE seen_filter (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, bits BLOB NOT NULL);`);
    const filter = new SeenFilter(database);
    for (const { hash } of database.prepare('SELECT hash FROM seen').iterate()) {
      filter.add(Number(hash));
      if (filter.isFull) filter.save();
    }
    filter.save();
  },
  4: (database) => {
    database.exec(SEEN_AGAIN);
    leaveUnindexed(database);
  },
  // The sixth packs `cargo` into bytes, and reads what is there as text.
  5: () => undefined,
  // The seventh tells what a network took and decides later from what is tried again, and keeps warnings.
  6: (database) => {
    database.exec('ALTER TABLE problem ADD COLUMN warning TEXT');
    database.exec("UPDATE request SET verdicts = replace(verdicts, 'r', 'a') WHERE kind = 'processing'");
    const rewrite = database.prepare(
      `UPDATE request SET verdicts = substr(verdicts, 1, ?) || 'a' || substr(verdicts, ? + 2) WHERE id = ?`,
    );
    const accepted = database.prepare("SELECT request, position FROM problem WHERE kind = 'processing'").all();
    for (const { request, position } of accepted) rewrite.run(position!, position!, request!);
    database.exec('DROP VIEW attempts');
    database.exec(VIEW);
  },
  // The eighth names the machine of each run, see run-lock.ts.
  7: (database) => database.exec('ALTER TABLE run ADD COLUMN machine TEXT'),
};

/** One row per attempt and per skip, for anyone with the sqlite3 shell. */
const VIEW = `
CREATE VIEW attempts AS
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', r.started / 1000.0, 'unixepoch') AS time, k.event, k.goal, r.network, r.account,
  CASE coalesce(substr(r.verdicts, d.key + 1, 1), 's') WHEN 's' THEN 'success' WHEN 'a' THEN 'accepted'
    WHEN 'f' THEN 'failed' ELSE 'retried' END AS status,
  r.http, r.latency AS latency_ms, coalesce(json_extract(d.value, '$[3]'), 1) AS attempt,
  CASE typeof(r.ids) WHEN 'blob' THEN lower(
      hex(substr(r.ids, d.key * 16 + 1, 4)) || '-' || hex(substr(r.ids, d.key * 16 + 5, 2)) || '-' ||
      hex(substr(r.ids, d.key * 16 + 7, 2)) || '-' || hex(substr(r.ids, d.key * 16 + 9, 2)) || '-' ||
      hex(substr(r.ids, d.key * 16 + 11, 6)))
    ELSE json_extract(r.ids, '$[' || d.key || ']') END AS event_id,
  coalesce(p.kind, r.kind) AS kind, coalesce(p.reason, r.reason) AS reason,
  coalesce(p.message || '; ' || p.warning, p.message, p.warning, r.message) AS message,
  r.remote_id AS request_id, run.name AS run
FROM request r JOIN run ON run.id = r.run, json_each(r.details) d
JOIN kind k ON k.id = json_extract(d.value, '$[0]')
LEFT JOIN problem p ON p.request = r.id AND p.position = d.key
WHERE r.ended IS NOT NULL
UNION ALL
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', s.at / 1000.0, 'unixepoch'), json_extract(e.value, '$[1]'),
  json_extract(e.value, '$[3]'), json_extract(e.value, '$[4]'), NULL, 'skipped', NULL, NULL, NULL,
  json_extract(e.value, '$[0]'), NULL, json_extract(e.value, '$[2]'), json_extract(e.value, '$[5]'), NULL, run.name
FROM skip s JOIN run ON run.id = s.run, json_each(s.entries) e;
`;

/**
 * Makes the tables in a new file and checks the version of an old one.
 * @throws ConfigError when a newer program wrote the file; InternalError when part of the file is missing
 */
export function prepareSchema(database: Database, path: string, random: Random): void {
  if (readVersion(database) === SCHEMA_VERSION) return;
  const isNew = database.transact(() => {
    // Two processes may start on a new file at once: the second finds the work done.
    const version = readVersion(database);
    if (version === SCHEMA_VERSION) return true;
    if (version > SCHEMA_VERSION) {
      throw new ConfigError('log_too_new', `The delivery log at ${path} was written by a newer postback.`, {
        hint: 'Update postback, or select another workspace with --workspace.',
      });
    }
    if (version === 0) {
      checkEmpty(database, path);
      database.exec(TABLES);
      makeSalt(database, random);
      database.exec(VIEW);
    }
    for (let from = Math.max(1, version); version > 0 && from < SCHEMA_VERSION; from++) {
      UPGRADES[from]!(database);
    }
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    return version === 0;
  });
  if (isNew) useWriteAheadLog(database, path);
}

/**
 * A new file gets its tables before its write-ahead log (database.ts). So a file that has one and holds nothing has lost
 * what was written ahead: it was copied without its `-wal` file, or that was removed or damaged.
 */
function checkEmpty(database: Database, path: string): void {
  if (path === IN_MEMORY || !hasWriteAheadLog(database)) return;
  const found = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get();
  const message =
    Number(found?.['n']) > 0
      ? `The database at ${path} is not a delivery log.`
      : `The delivery log at ${path} is incomplete: its write-ahead file ${path}-wal is missing or damaged.`;
  throw new InternalError('log_damaged', message, {
    hint:
      'Restore both files, or move this one aside and keep it: a new log starts empty, so earlier events could be ' +
      'sent again. To copy a log that is in use: postback logs backup FILE',
  });
}

function readVersion(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}
