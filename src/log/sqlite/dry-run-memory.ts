import type { ConversionEvent } from '../../events/conversion-event.js';
import type { DryRunMemory } from '../dry-run-memory.js';
import type { PostbackKey } from '../known-state.js';
import { lockOf } from '../once-lock.js';
import type { LoggedState } from '../stored-postback.js';
import { answer } from './async-batches.js';
import { openDryRunPeople } from './people/known-people.js';
import type { People } from './people/people.js';
import { answerLookup } from '../answer-lookup.js';

export interface DryRunParts {
  workspace: string;
  /** What the log has; absent where nothing was ever sent. */
  known?: { people: People; stateOf: (key: PostbackKey) => LoggedState };
  /** Records identities and clicks in the log, in place of the memory. */
  record?: (events: readonly ConversionEvent[]) => Promise<void>;
}

/** Opens the memory of a dry run on top of what the log has. */
export function openDryRunMemory({ workspace, known, record }: DryRunParts): DryRunMemory {
  const people = openDryRunPeople(known?.people);
  const remember = async (events: readonly ConversionEvent[]): Promise<void> => {
    if (events.length === 0) return;
    if (!record) {
      people.remember(events);
      return;
    }
    await record(events);
    known?.people.refresh();
  };
  const stateOf = known?.stateOf ?? ((): LoggedState => 'unknown');
  return {
    lookup: async (request) => {
      await remember(request.identities);
      return answerLookup(request, { workspace, people, stateOf });
    },
    remember,
    take: (postback) => {
      const lock = lockOf(postback);
      if (lock) people.take(lock);
    },
    findLockOwners: (locks) => answer(() => locks.map((lock) => people.lockOwner(lock))),
    close: () => answer(() => people.close()),
  };
}
