import type { LogFilter, LogRow } from '../../src/log/log-rows.js';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { systemClock } from '../../src/clock.js';
import type { DeliveryLog } from '../../src/log/delivery-log.js';
import { SqliteDeliveryLog } from '../../src/log/sqlite/sqlite-delivery-log.js';
import type { Entry } from '../../src/log/entry.js';
import type { PlanState, PostbackKey } from '../../src/log/known-state.js';
import { LogQuery } from '../../src/log/sqlite/reading/query.js';
import { ReadContext } from '../../src/log/sqlite/reading/read-context.js';
import { openToRead } from '../../src/log/sqlite/database/database.js';
import { derivePostbackId } from '../../src/identity/postback-id.js';
import type { Outcome } from '../../src/networks/network.js';
import { testRandom } from './seeded-random.js';
import { makeConversion } from './amazon.js';
import { makeUuid } from './events.js';
import { PURCHASE } from './plan-context.js';

export const WORKSPACE = 'game';

/** A folder that is gone when the test is. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'postback-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Returns the bytes of every file below a folder, each as one character, put together. */
export function readFolder(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('');
}

/** A delivery log in a folder of its own. */
export function openLog(path: string, command = 'send'): SqliteDeliveryLog {
  const parts = {
    synchronous: 'normal',
    keepDelivered: 100,
    keepSkips: 1_000,
    clock: systemClock,
    random: testRandom,
  } as const;
  return SqliteDeliveryLog.open({ path, workspace: WORKSPACE, ...parts }, command);
}

/** Opens a log as a reader does. Close its database. */
export function openContext(path: string, workspace = WORKSPACE): ReadContext {
  return new ReadContext({ database: openToRead(path), path, workspace, clock: systemClock });
}

/** The rows that `logs` would show. */
export function readLog(path: string, filter: LogFilter = {}, workspace = WORKSPACE): LogRow[] {
  if (!existsSync(path)) return [];
  const { database, postbackTypes } = openContext(path, workspace);
  try {
    return [...new LogQuery(database, postbackTypes, workspace).oldestFirst(filter)].flat();
  } finally {
    database.close();
  }
}

/** A postback of the goal `first-purchase` at Amazon, the same for the same number. */
export function makeEntry(
  number: number,
  eventId = makeUuid(number),
  goal = 'first-purchase',
): Entry {
  const id = derivePostbackId(WORKSPACE, 'amazon', goal, eventId);
  return {
    attempts: 0,
    postback: {
      id,
      dedupeId: id,
      network: 'amazon',
      goal,
      goalName: 'First Purchase',
      event: 'purchase',
      eventId,
      eventTimeMs: Date.now() - 60_000,
      test: false,
      value: '9.99',
      currency: 'USD',
      facts: { number },
    },
  };
}

export const DELIVERED: Outcome = { kind: 'delivered', reason: 'accepted' };
export const THROTTLED: Outcome = { kind: 'throttled', reason: 'http_429', message: 'slow down' };
export const REFUSED: Outcome = {
  kind: 'payload',
  reason: 'BAD_REQUEST',
  message: 'value is wrong',
};

/** What a plan makes of a postback by the answer of the log. */
export async function readPlanState(
  log: DeliveryLog,
  postback: PostbackKey,
): Promise<PlanState | undefined> {
  const { eventId, goal, network } = postback;
  const goals = [{ ...PURCHASE, id: goal }];
  const questions = [{ event: makeConversion({ id: eventId }), goals, owner: network }];
  const known = await log.lookup({ identities: [], questions, clickWindowMs: 0 });
  return known.events[0]?.postbacks[0]?.state;
}
