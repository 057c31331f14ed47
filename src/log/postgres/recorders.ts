import type { LogLocation } from '../../config/log-location.js';
import { systemRandom } from '../../random.js';
import type { AudienceList } from '../audience-records.js';
import type { PeopleRecorder } from '../log-reader.js';
import { putAudience } from './audiences/lists.js';
import { PgDatabase } from './connection/pg-database.js';
import { prepareSchema } from './database/schema.js';
import { recordPeople } from './people/identities.js';
import { readMemberKeys } from './people/keys.js';

/** Opens a log to record people. @throws as openDeliveryLog */
export async function openPeopleRecorder(location: LogLocation): Promise<PeopleRecorder> {
  const database = await openToRecord(location);
  const keys = await readMemberKeys(database);
  return {
    record: (events) => database.transact((session) => recordPeople(session, keys, events)),
    close: () => database.close(),
  };
}

/** Records an audience list. @throws as openDeliveryLog */
export async function recordAudience(location: LogLocation, list: AudienceList): Promise<void> {
  const database = await openToRecord(location);
  try {
    await putAudience(database, list);
  } finally {
    await database.close();
  }
}

/** Checks that a log can be written. @throws as openDeliveryLog */
export async function checkRecordable(location: LogLocation): Promise<void> {
  await (await openToRecord(location)).close();
}

/** Connects, and makes the tables where there are none. */
export async function openToRecord(location: LogLocation): Promise<PgDatabase> {
  const database = await PgDatabase.open(location);
  try {
    await prepareSchema(database, systemRandom);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
