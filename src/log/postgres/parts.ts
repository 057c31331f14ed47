import type { Clock } from '../../clock.js';
import type { Run } from '../run.js';
import type { PgBatches } from './requests/batches.js';
import type { PgPostbackTypes } from './requests/postback-types.js';

/** What the writes of one run share. */
export interface PgParts {
  run: Run;
  clock: Clock;
  types: PgPostbackTypes;
  batches: PgBatches;
}
