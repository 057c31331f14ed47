import { isJsonObject } from '../../json.js';
import type { Postback } from '../../networks/network.js';
import type { PostbackState } from '../entry.js';
import type { StoredPostback } from '../stored-postback.js';
import type { SqlRow } from './sql-row.js';

/**
 * One row as data. Of a row whose payload cannot be read the columns are left, see
 * {@link Postback.isDamaged}.
 */
export function readStored(row: SqlRow): StoredPostback {
  const text = (name: string): string | undefined =>
    row[name] === null ? undefined : String(row[name]);
  return {
    state: String(row['state']) as PostbackState,
    postback: readPostback(row),
    account: text('account'),
    attempts: Number(row['attempts']),
    run: row['run'] === null ? undefined : Number(row['run']),
    kind: text('kind'),
    reason: text('reason'),
    message: text('message'),
    http: row['http'] === null ? undefined : Number(row['http']),
    updatedMs: Number(row['updated']),
    request: row['request'] === null ? undefined : Number(row['request']),
  };
}

/** @param row of `postback`, with its data and the columns that name it */
export function readPostback(row: SqlRow): Postback {
  const id = nameOfKey(row['id']);
  const postback = parsePostback(String(row['data']));
  if (postback?.id === id) return postback;
  const person = row['person'] === null ? {} : { person: String(row['person']) };
  return makeDamaged({
    id,
    network: row['network'] as Postback['network'],
    goal: String(row['goal']),
    event: String(row['event']),
    eventId: String(row['event_id']),
    eventTimeMs: Number(row['event_time']),
    ...person,
  });
}

/** What is left of a postback whose payload cannot be read. */
export function makeDamaged(
  known: Pick<Postback, 'id' | 'network' | 'goal' | 'event' | 'eventId' | 'eventTimeMs' | 'person'>,
): Postback {
  const { id, goal, person } = known;
  // Whether its goal counts once is not known: if it does, its lock has to be released.
  const once = person === undefined ? {} : { once: true };
  return {
    ...known,
    dedupeId: id,
    goalName: goal,
    test: false,
    ...once,
    isDamaged: true,
    facts: {},
  };
}

function parsePostback(data: string): Postback | undefined {
  try {
    const found: unknown = JSON.parse(data);
    if (!isJsonObject(found) || !isJsonObject(found['facts'])) return undefined;
    // Written from a Postback: its id and payload are checked, not each field.
    // eslint-disable-next-line no-restricted-syntax
    return found as unknown as Postback;
  } catch {
    return undefined;
  }
}

/** The id of a postback as it is printed, from its key in the table. */
export function nameOfKey(key: unknown): string {
  return key instanceof Uint8Array ? Buffer.from(key).toString('hex') : String(key);
}
