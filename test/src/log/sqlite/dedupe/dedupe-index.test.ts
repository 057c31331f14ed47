import { join } from 'node:path';

import fc from '../../../../kit/property.js';
import { describe, expect, it } from 'vitest';

import { derivePostbackId } from '../../../../../src/identity/postback-id.js';
import { openDatabase } from '../../../../../src/log/sqlite/database/database.js';
import { PostbackTypes } from '../../../../../src/log/sqlite/postbacks/postback-types.js';
import { notePruned } from '../../../../../src/log/sqlite/dedupe/pruned-ids.js';
import { DedupeIndex } from '../../../../../src/log/sqlite/dedupe/dedupe-index.js';
import { makeUuid } from '../../../../kit/events.js';
import { makeEntry, makeFolder, openLog, WORKSPACE } from '../../../../kit/log.js';

const GOALS = ['first-purchase', 'every-purchase'];
const keyOf = (eventId: string, goal = GOALS[0]) => makeEntry(0, eventId, goal).postback;

/**
 * A log whose run ended without sorting anything in: a request for each list of event ids and goal.
 */
async function makeLog(
  requests: readonly (readonly [ids: readonly string[], goal: string])[],
): Promise<string> {
  const path = join(makeFolder(), 'log.db');
  const log = openLog(path);
  for (const [ids, goal] of requests) {
    await log.begin({ account: 'account', entries: ids.map((id) => makeEntry(0, id, goal)) });
  }
  await log.abandon();
  return path;
}

function openIndex(path: string) {
  const database = openDatabase(path, 'normal');
  const index = new DedupeIndex(database, new PostbackTypes(database), (network, goal, eventId) =>
    derivePostbackId(WORKSPACE, network, goal, eventId),
  );
  return { index, database };
}

const eventId = fc.oneof(
  fc.uuid(),
  fc.nat(50).map(makeUuid),
  fc.uuid({ version: 7 }).map((id) => `01890000-0000-7000-8000-${id.slice(24)}`),
  fc.string({ minLength: 1, maxLength: 12 }).filter((id) => !id.includes('\0')),
);

describe('pending index entries of an abandoned run', () => {
  it('is known to the next one by any event id, before it is sorted in and after', async () => {
    const requests = fc.array(
      fc.tuple(fc.uniqueArray(eventId, { minLength: 1, maxLength: 8 }), fc.constantFrom(...GOALS)),
      {
        maxLength: 4,
      },
    );
    await fc.assert(
      fc.asyncProperty(requests, fc.array(eventId), async (made, others) => {
        const path = await makeLog(made);
        const sent = new Set(made.flatMap(([ids, goal]) => ids.map((id) => keyOf(id, goal).id)));
        const asked = [...made.flatMap(([ids]) => ids), ...others].flatMap((id) =>
          GOALS.map((goal) => keyOf(id, goal)),
        );
        const { index, database } = openIndex(path);
        for (const key of asked) expect(index.has(key)).toBe(sent.has(key.id));
        database.transact(() => index.flush());
        for (const key of asked) expect(index.has(key)).toBe(sent.has(key.id));
        database.close();
        const again = openIndex(path);
        for (const key of asked) expect(again.index.has(key)).toBe(sent.has(key.id));
        again.database.close();
      }),
      { numRuns: 25 },
    );
  });

  it('is found in the requests that carried it', async () => {
    const path = await makeLog([
      [[makeUuid(1), makeUuid(2)], 'every-purchase'],
      [[makeUuid(1), 'an id of another kind'], 'first-purchase'],
      [[makeUuid(1)], 'first-purchase'],
    ]);
    const { index, database } = openIndex(path);
    const expectAll = (): void => {
      expect(index.findRequests(keyOf(makeUuid(1)))).toEqual([2, 3]);
      expect(index.findRequests(keyOf(makeUuid(1), 'every-purchase'))).toEqual([1]);
      expect(index.findRequests(keyOf('an id of another kind'))).toEqual([2]);
      expect(index.findRequests(keyOf('an id of another kind', 'every-purchase'))).toEqual([]);
    };
    expectAll();
    expect(index.foreign).toBe(0);
    database.transact(() => index.flush());
    expectAll();
    database.close();
  });

  it('is not the first attempt where the index knows an earlier one, nor the only one that may have delivered', async () => {
    const path = await makeLog([[[makeUuid(1)], 'first-purchase']]);
    const { index, database } = openIndex(path);
    database.transact(() => index.flush());
    database.exec(`UPDATE request SET started = 1000, ended = 1010, verdicts = 'r';
      CREATE TEMP TABLE later AS SELECT * FROM request; UPDATE later SET id = 2, started = 5000, ended = 5010, verdicts = NULL;
      INSERT INTO request SELECT * FROM later; UPDATE later SET id = 3; INSERT INTO request SELECT * FROM later;`);
    const key = keyOf(makeUuid(1));
    const later = openIndex(path);
    expect(later.index.firstAttemptMs(key)).toBe(1000);
    expect([1, 2, 3].map((request) => later.index.wasDelivered(key, request))).toEqual([
      false,
      false,
      true,
    ]);
    for (const one of [database, later.database]) one.close();
  });

  it('is found with the requests that another process has written since', async () => {
    const path = await makeLog([]);
    const { index, database } = openIndex(path);
    const log = openLog(path);
    for (const goal of [GOALS[0], GOALS[1], GOALS[0]])
      await log.begin({ account: 'account', entries: [makeEntry(0, makeUuid(1), goal)] });
    await log.abandon();
    expect(index.findRequests(keyOf(makeUuid(1)))).toEqual([]);
    index.catchUp();
    expect(index.findRequests(keyOf(makeUuid(1)))).toEqual([1, 3]);
    database.close();
  });

  it('comes before what is added after it, also in the index', async () => {
    const path = await makeLog([[[makeUuid(1)], 'first-purchase']]);
    const { index, database } = openIndex(path);
    database.transact(() => {
      index.add([keyOf(makeUuid(1)).id], 2);
      expect(index.findRequests(keyOf(makeUuid(1)))).toEqual([1]);
      index.flush();
    });
    const rows = (table: string) => database.prepare(`SELECT request FROM ${table}`).all();
    expect([rows('dedupe_index'), rows('dedupe_repeats')]).toEqual([
      [{ request: 1 }],
      [{ request: 2 }],
    ]);
    database.close();
  });

  it('stays known when another process sorts it in and prunes its request', async () => {
    const path = await makeLog([[[makeUuid(1)], 'first-purchase']]);
    const { index, database } = openIndex(path);
    const other = openIndex(path);
    other.database.transact(() => {
      other.index.flush();
      other.database.prepare('DELETE FROM request').run();
      notePruned(other.database, 1, 0);
    });
    expect(index.has(keyOf(makeUuid(1)))).toBe(true);
    expect(index.has(keyOf(makeUuid(2)))).toBe(false);
    database.close();
    other.database.close();
  });
});
