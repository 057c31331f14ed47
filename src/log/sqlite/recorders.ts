import { systemRandom } from '../../random.js';
import type { AudienceList } from '../audience-records.js';
import type { PeopleRecorder } from '../log-reader.js';
import { answer } from './async-batches.js';
import { AudienceLists } from './audiences/audience-lists.js';
import { openDatabase, type Database } from './database/database.js';
import { prepareSchema } from './database/schema.js';
import { People } from './people/people.js';

/**
 * Opens the log at `path` to record people, and makes it where there is none.
 * @throws InternalError when it cannot be written; ConfigError as prepareSchema
 */
export function openPeopleRecorder(path: string): PeopleRecorder {
  const database = openToRecord(path, 'normal');
  const people = new People(database);
  return {
    record: (events) => answer(() => database.transact(() => people.note(events))),
    close: () => answer(() => database.close()),
  };
}

/**
 * Records an audience list in the log at `path`, and makes the log where there is none. @throws as
 * openPeopleRecorder
 */
export function recordAudience(path: string, list: AudienceList): void {
  const database = openToRecord(path, 'full');
  try {
    database.transact(() => new AudienceLists(database).put(list));
  } finally {
    database.close();
  }
}

/**
 * Checks that the log at `path` can be written, and makes it where there is none. @throws as
 * openPeopleRecorder
 */
export function checkRecordable(path: string): void {
  openToRecord(path, 'full').close();
}

function openToRecord(path: string, synchronous: 'full' | 'normal'): Database {
  const database = openDatabase(path, synchronous);
  try {
    prepareSchema(database, path, systemRandom);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
