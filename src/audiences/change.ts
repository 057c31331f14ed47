import type { AudienceList, StagedPerson } from '../log/audience-records.js';
import { derivePostbackId } from '../identity/postback-id.js';
import type { AudienceContent, AudienceRecord } from '../networks/audience-network.js';
import type { Postback } from '../networks/network.js';
import type { Random } from '../random.js';

/**
 * Returns what `logs` shows as the goal of the changes of a list; no goal has a colon in its id.
 */
export function goalOfList(id: string): string {
  return `audience:${id}`;
}

/** A new id of a change: a random UUID, so that coming back is not taken for the first coming. */
export function makeChangeId(random: Random): string {
  const hex = random.bytes(16).toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/** Event names of changes in the log. */
const EVENTS = { CREATE: 'audience_create', DELETE: 'audience_delete' } as const;

export interface ChangeParts {
  workspace: string;
  list: AudienceList;
  person: Pick<StagedPerson, 'member' | 'names' | 'encrypted' | 'content'>;
  change: string;
  nowMs: number;
}

/** The record of a change as delivery takes it: a postback of a kind of its own. */
export function makeChange({ workspace, list, person, change, nowMs }: ChangeParts): Postback {
  const content = JSON.parse(person.content) as AudienceContent;
  const goal = goalOfList(list.id);
  const id = derivePostbackId(workspace, list.network, goal, change);
  const facts: AudienceRecord = { list: targetOf(list), who: person.encrypted, ...content };
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
  // A removal may concern an erased person. Erasure only stops changes that add a person.
  if (content.action === 'CREATE') postback.members = [person.member, ...person.names];
  return postback;
}

function targetOf({ id, connectionId }: AudienceList): AudienceRecord['list'] {
  return connectionId === undefined ? { id } : { id, connectionId };
}
