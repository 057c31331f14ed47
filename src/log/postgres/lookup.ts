import { withRememberedClick } from '../../attribution/remembered-click.js';
import { derivePostbackId } from '../../identity/postback-id.js';
import type { MemberKeys } from '../../people/member.js';
import type { EventQuestion, KnownState, LookupRequest } from '../known-state.js';
import type { PgSession } from './connection/pg-database.js';
import { readPeople } from './people/people-view.js';
import { findStates } from './postbacks/states.js';
import { answerLookup } from '../answer-lookup.js';
import type { KnownPeople } from '../known-people.js';

/** What a look-up is answered with. */
export interface LookupParts {
  workspace: string;
  keys: MemberKeys;
  /** Number of the run that asks. */
  run: number;
}

/** Answers a look-up, see `DeliveryLog.lookup`: everything is read first, then it is planned. */
export async function lookUp(
  session: PgSession,
  { workspace, keys, run }: LookupParts,
  request: LookupRequest,
): Promise<KnownState> {
  if (request.questions.length === 0) return { events: [] };
  const people = await readPeople(session, keys, request.questions, request.clickWindowMs);
  const ids = listPostbackIds(workspace, people, request);
  const stateOf = await findStates(session, ids, run);
  return answerLookup(request, {
    workspace,
    people,
    stateOf: ({ id }) => stateOf(id).state,
    isElsewhere: ({ id }) => stateOf(id).isElsewhere,
  });
}

/** Ids of the postbacks that questions are about: of the networks that own the clicks. */
export function listPostbackIds(
  workspace: string,
  people: KnownPeople,
  { questions, clickWindowMs: windowMs }: LookupRequest,
): string[] {
  return questions.flatMap((question) => listIds(question, people, { workspace, windowMs }));
}

function listIds(
  { event, goals, owner: given }: EventQuestion,
  people: KnownPeople,
  { workspace, windowMs }: { workspace: string; windowMs: number },
): string[] {
  if (event.type !== 'track' || goals.length === 0) return [];
  const click = given === undefined ? people.findClick(event, windowMs) : undefined;
  const owner = click ? withRememberedClick(event, click).attribution?.owner : given;
  if (owner === undefined || owner === 'other') return [];
  return goals.map(({ id: goal }) => derivePostbackId(workspace, owner, goal, event.id));
}
