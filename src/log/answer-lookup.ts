import { withRememberedClick } from '../attribution/remembered-click.js';
import type { ConversionGoal } from '../goals/goal.js';
import { derivePostbackId } from '../identity/postback-id.js';
import type { NetworkName } from '../networks/names.js';
import type { KnownPeople } from './known-people.js';
import type {
  EventQuestion,
  KnownEvent,
  KnownPostback,
  KnownState,
  LookupRequest,
  PlanState,
  PostbackKey,
} from './known-state.js';
import type { LoggedState } from './stored-postback.js';

/** What questions are answered from. */
export interface LookupSources {
  workspace: string;
  people: KnownPeople;
  /** What became of a postback so far. */
  stateOf(key: PostbackKey): LoggedState;
  /** Whether another run has to deliver a postback, so that it is not a duplicate yet. */
  isElsewhere?(key: PostbackKey, state: LoggedState): boolean;
}

const NOTHING_KNOWN: KnownEvent = {
  isSuppressed: false,
  click: undefined,
  postbacks: [],
  player: undefined,
  members: [],
};

/** Answers a look-up from what the log and the people in it are now. */
export function answerLookup(
  { questions, clickWindowMs }: LookupRequest,
  sources: LookupSources,
): KnownState {
  return { events: questions.map((question) => answerQuestion(question, clickWindowMs, sources)) };
}

function answerQuestion(
  question: EventQuestion,
  clickWindowMs: number,
  sources: LookupSources,
): KnownEvent {
  const { event, goals } = question;
  const { people } = sources;
  if (event.type !== 'track') return NOTHING_KNOWN;
  const isSuppressed = people.isSuppressed(event);
  if (isSuppressed) return { ...NOTHING_KNOWN, isSuppressed };
  let { owner } = question;
  const click = owner === undefined ? people.findClick(event, clickWindowMs) : undefined;
  if (click) owner = withRememberedClick(event, click).attribution?.owner;
  if (owner === undefined || owner === 'other' || goals.length === 0) {
    return click ? { ...NOTHING_KNOWN, click } : NOTHING_KNOWN;
  }
  const postbacks = lookUpPostbacks(question, owner, sources);
  if (postbacks.every(({ state }) => state === 'known')) {
    return { isSuppressed, click, postbacks, player: undefined, members: [] };
  }
  const player = people.playerOf(event);
  return {
    isSuppressed,
    click,
    postbacks: player === undefined ? postbacks : withLocks(question, postbacks, player, people),
    player,
    members: people.membersOf(event),
  };
}

function lookUpPostbacks(
  { event, goals }: EventQuestion,
  network: NetworkName,
  sources: LookupSources,
): KnownPostback[] {
  const eventId = event.id;
  return goals.map(({ id: goal }): KnownPostback => {
    const id = derivePostbackId(sources.workspace, network, goal, eventId);
    const found = sources.stateOf({ id, eventId, goal, network });
    if (found === 'unknown') return { id, goal, network, state: 'new' };
    // What another run is delivering is claimed like what waits: where that fails, its answer is
    // waited for.
    const isElsewhere = sources.isElsewhere?.({ id, eventId, goal, network }, found) === true;
    const state = isElsewhere ? 'pending' : toPlanState(found);
    if (found === 'known') return { id, goal, network, state };
    const { state: rowState, reason, account } = found;
    return { id, goal, network, state, row: { state: rowState, reason, account } };
  });
}

function withLocks(
  { event, goals }: EventQuestion,
  postbacks: readonly KnownPostback[],
  person: string,
  people: KnownPeople,
): readonly KnownPostback[] {
  if (!goals.some(isOnce)) return postbacks;
  return postbacks.map((postback, index) => {
    if (postback.state !== 'new' || !isOnce(goals[index] as ConversionGoal)) return postback;
    const { id, goal } = postback;
    const lockOwner = people.lockOwner({ goal, test: event.test, id, person });
    return lockOwner === undefined ? postback : { ...postback, lockOwner };
  });
}

function isOnce({ trigger }: ConversionGoal): boolean {
  return trigger === 'once';
}

/**
 * Returns what a plan makes of the log's answer: failed ones are for `replay`, skipped ones are
 * planned again.
 */
function toPlanState(found: LoggedState): PlanState {
  if (found === 'unknown') return 'new';
  if (found === 'known') return 'known';
  // Where the row has lost its payload, the event that is looked up has it.
  if (found.state === 'failed') return found.postback.isDamaged ? 'pending' : 'known';
  if (found.state === 'skipped') return 'new';
  // Its network has it and will decide: a second copy would be a duplicate.
  if (found.request !== undefined) return 'known';
  // What this run has claimed waits for its turn: met again in the same input, it is a duplicate.
  return found.run === undefined ? 'pending' : 'known';
}
