import type { AudienceStore } from '../../audience-store.js';
import type { PostbackKey } from '../../known-state.js';
import type { LoggedState } from '../../stored-postback.js';
import { systemRandom } from '../../../random.js';
import { answer } from '../async-batches.js';
import { IN_MEMORY, openDatabase, type Database } from '../database/database.js';
import { prepareSchema } from '../database/schema.js';
import { People } from '../people/people.js';
import { openStaging } from './membership-stage.js';

export interface AudienceStoreParts {
  database: Database;
  people: People;
  postbackState: (key: PostbackKey) => LoggedState;
}

/** Opens what the plan of a sync asks of a log. */
export function openAudienceStore({
  database,
  people,
  postbackState,
}: AudienceStoreParts): AudienceStore {
  return {
    memberKeys: people.keys,
    findSuppressed: (persons) =>
      answer(() => persons.map((members) => people.areSuppressed(members))),
    findStates: (keys) => answer(() => keys.map(postbackState)),
    stageMemberships: (list) => openStaging(database, list),
  };
}

/**
 * Opens a store that knows nobody, for a plan where nothing was ever sent. It is gone with its last
 * reference.
 */
export function openEmptyAudiences(): AudienceStore {
  const database = openDatabase(IN_MEMORY, 'normal');
  database.exec('PRAGMA temp_store = MEMORY');
  prepareSchema(database, IN_MEMORY, systemRandom);
  return openAudienceStore({
    database,
    people: new People(database),
    postbackState: () => 'unknown',
  });
}
