import type { ReplayFilter, StoredPostback } from '../stored-postback.js';

/** Whether a delivered postback is one that a replay is about. */
export function matchesReplay(
  postback: StoredPostback['postback'],
  http: number,
  filter: ReplayFilter,
): boolean {
  const has = <T>(wanted: readonly T[] | undefined, value: T): boolean =>
    !wanted?.length || wanted.includes(value);
  return (
    has(filter.networks, postback.network) &&
    has(filter.goals, postback.goal) &&
    has(filter.eventIds, postback.eventId) &&
    has(filter.https, http) &&
    !filter.reasons?.length
  );
}

/** Those of abandoned postbacks that a replay is about, oldest event first. */
export function listAbandoned(
  postbacks: readonly StoredPostback[],
  filter: ReplayFilter,
): StoredPostback[] {
  return postbacks
    .filter((stored) => isMatch(stored, filter))
    .sort((one, other) => one.postback.eventTimeMs - other.postback.eventTimeMs);
}

function isMatch(
  { state, postback, reason, updatedMs }: StoredPostback,
  filter: ReplayFilter,
): boolean {
  const has = <T>(wanted: readonly T[] | undefined, value: T): boolean =>
    !wanted?.length || wanted.includes(value);
  return (
    filter.states.includes(state) &&
    updatedMs >= (filter.sinceMs ?? 0) &&
    updatedMs <= (filter.untilMs ?? Infinity) &&
    has(filter.networks, postback.network) &&
    has(filter.goals, postback.goal) &&
    has(filter.eventIds, postback.eventId) &&
    has(filter.reasons, reason) &&
    // A row of an interrupted request has no HTTP status.
    !filter.https?.length
  );
}
