import type { StagedPair, StagedPerson } from './audience-records.js';

/**
 * A file of people next to what is known of an audience list, kept apart from the log and gone
 * with it: the last line of a person counts, leavers are found, and memory stays flat.
 */
export interface MembershipStaging {
  /** Takes people; a later line replaces an earlier one. Returns how many were replaced. */
  add(people: readonly StagedPerson[]): Promise<number>;
  /** Stages the removal of everybody in the list whom the file does not name. */
  addLeavers(): Promise<void>;
  /** Every staged person, a page at a time; `onlyTodo`: only those with something to do. */
  pages(onlyTodo?: boolean): AsyncIterable<readonly StagedPair[]>;
  /** Notes what is to be done with people. */
  note(todos: readonly (readonly [member: string, todo: string])[]): Promise<void>;
}
