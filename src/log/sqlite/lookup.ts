import type { ConversionEvent } from '../../events/conversion-event.js';
import { answerLookup, type LookupSources } from '../answer-lookup.js';
import type { KnownState, LookupRequest } from '../known-state.js';
import type { CommitQueue } from './database/commit-queue.js';
import { readKnownPeople } from './people/known-people.js';
import type { People } from './people/people.js';

/** The look-ups of a run, which record what the looked-up events say of people. */
export class Lookups {
  readonly #queue: CommitQueue;
  readonly #people: People;
  readonly #sources: LookupSources;

  constructor(queue: CommitQueue, people: People, sources: Omit<LookupSources, 'people'>) {
    this.#queue = queue;
    this.#people = people;
    this.#sources = { ...sources, people: readKnownPeople(people) };
  }

  /** See `DeliveryLog.lookup`. */
  async lookup(request: LookupRequest): Promise<KnownState> {
    if (request.identities.length > 0) {
      return this.#queue.write(() => {
        this.#note(request.identities);
        return answerLookup(request, this.#sources);
      });
    }
    this.#people.refresh();
    return Promise.resolve(answerLookup(request, this.#sources));
  }

  /** See `DeliveryLog.remember`. */
  async remember(events: readonly ConversionEvent[]): Promise<void> {
    if (events.length > 0) await this.#queue.write(() => this.#note(events));
  }

  #note(events: readonly ConversionEvent[]): void {
    this.#people.refresh();
    this.#people.note(events);
  }
}
