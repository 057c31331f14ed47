import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { systemClock } from '../../src/clock.js';
import { DeliveryLog } from '../../src/log/delivery-log.js';
import type { Entry } from '../../src/log/entry.js';
import { openQuery } from '../../src/log/open-query.js';
import type { LogFilter } from '../../src/log/query.js';
import type { LogRow } from '../../src/log/attempt-rows.js';
import { derivePostbackId } from '../../src/identity/postback-id.js';
import type { Outcome } from '../../src/networks/network.js';
import { systemRandom } from '../../src/random.js';
import { makeUuid } from './events.js';

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
export function openLog(path: string, command = 'send', isLate = false): DeliveryLog {
  const parts = { synchronous: 'normal', keepDelivered: 100, clock: systemClock, random: systemRandom } as const;
  return DeliveryLog.open({ path, workspace: WORKSPACE, ...parts }, command, isLate);
}

/** The rows that `logs` would show. */
export function readLog(path: string, filter: LogFilter = {}, workspace = WORKSPACE): LogRow[] {
  const opened = openQuery(path, workspace);
  if (!opened) return [];
  try {
    return [...opened.query.oldestFirst(filter)];
  } finally {
    opened.close();
  }
}

/** A postback of the goal `first-purchase` at Amazon, the same for the same number. */
export function makeEntry(number: number, eventId = makeUuid(number), goal = 'first-purchase'): Entry {
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
export const REFUSED: Outcome = { kind: 'payload', reason: 'BAD_REQUEST', message: 'value is wrong' };

/** What later versions of the file format added, undone: the machine of a run, warnings, and the view that tells of them. */
export const TO_SIXTH = `DROP VIEW attempts; ALTER TABLE problem DROP COLUMN warning;
  ALTER TABLE run DROP COLUMN machine;
  CREATE VIEW attempts AS SELECT id FROM request; PRAGMA user_version = 6`;
/** What the fifth version added, undone: in which requests an id was again. */
export const TO_FOURTH = `${TO_SIXTH}; DROP TABLE seen_again; DELETE FROM meta WHERE name = 'workspaces';
  PRAGMA user_version = 4`;
