import { derivePostbackId } from '../identity/postback-id.js';
import type { AudienceList } from '../log/audience-lists.js';
import type { StagedPerson } from '../log/membership-stage.js';
import { LIST_GOAL } from '../log/memberships.js';
import type { AudienceContent, AudienceFacts } from '../networks/amazon/audience-facts.js';
import type { Postback } from '../networks/network.js';
import type { Random } from '../random.js';

/** What a record of a list is counted under in the log. */
export function goalOfList(id: string): string {
  return LIST_GOAL + id;
}

/** A new id of a change: a random UUID, so that coming back is not taken for the first coming. */
export function makeChangeId(random: Random): string {
  const hex = random.bytes(16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** What a change is called in the log. */
const EVENTS = { CREATE: 'audience_create', DELETE: 'audience_delete' } as const;

export interface ChangeParts {
  workspace: string;
  list: AudienceList;
  person: Pick<StagedPerson, 'member' | 'names' | 'sealed' | 'content'>;
  change: string;
  nowMs: number;
}

/** The record of a change as delivery takes it: a postback of a kind of its own. */
export function makeChange({ workspace, list, person, change, nowMs }: ChangeParts): Postback {
  const content = JSON.parse(person.content) as AudienceContent;
  const goal = goalOfList(list.id);
  const id = derivePostbackId(workspace, list.network, goal, change);
  const facts: AudienceFacts = { list: targetOf(list), who: person.sealed, ...content };
  const postback: Postback = {
    id,
    dedupeId: id,
    network: list.network,
    goal,
    goalName: list.name,
    event: EVENTS[content.action],
    eventId: change,
    eventTimeMs: nowMs,
    test: false,
    membership: { list: list.id, member: person.member },
    facts,
  };
  // Who goes may be somebody who was erased: only what puts a person in is stopped by that.
  if (content.action === 'CREATE') postback.members = [person.member, ...person.names];
  return postback;
}

function targetOf({ id, connectionId }: AudienceList): AudienceFacts['list'] {
  return connectionId === undefined ? { id } : { id, connectionId };
}
