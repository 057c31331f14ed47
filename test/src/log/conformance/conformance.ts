import { describe } from 'vitest';

import { describeAudiences } from './audiences.js';
import { describeDecisions } from './decisions.js';
import type { MakeStore } from './harness.js';
import { describePending } from './pending.js';
import { describeOncePerPlayer } from './once-per-player.js';
import { describePeople } from './people.js';
import { describeReading, describeUpkeep } from './reading.js';
import { describeRequests } from './requests.js';
import { describeRuns } from './runs.js';
import { describeSkips } from './skips.js';

/**
 * The promises of a delivery log, written against the interfaces in src/log alone. Every store
 * passes the same tests.
 * @param make makes an empty store for each test, and removes it when the test ends
 */
export function describeDeliveryLog(name: string, make: MakeStore): void {
  describe(name, () => {
    describeRequests(make);
    describePending(make);
    describeRuns(make);
    describePeople(make);
    describeOncePerPlayer(make);
    describeDecisions(make);
    describeAudiences(make);
    describeReading(make);
    describeSkips(make);
    describeUpkeep(make);
  });
}
