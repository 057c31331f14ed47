import { ConfigError, PostbackError, UsageError } from '../errors.js';
import { AudienceLists, type AudienceList } from '../log/audience-lists.js';
import { LogPeek } from '../log/log-peek.js';
import { Memberships, type MembershipCounts } from '../log/memberships.js';
import {
  LIST_LIMITS,
  readCreatedList,
  readListReport,
  renderListQuery,
  renderListRequest,
  type ListReport,
  type ListWish,
} from '../networks/amazon/audience-lists.js';
import type { Workspace } from '../workspace.js';
import { callAmazon, findAccess } from './access.js';

const LIST_ID = /^\d{1,20}$/;

/** A list with what is known of it here, and by Amazon where it could be asked. */
export interface KnownList extends AudienceList, MembershipCounts {
  remote?: ListReport;
  /** Why Amazon could not be asked. */
  problem?: string;
}

/**
 * Makes a list at Amazon and remembers it here.
 * @throws UsageError for what Amazon would not take; ConfigError when this workspace has the external id already, or
 *   Amazon refuses; AuthError, NetworkError as the call does
 */
export async function createList(workspace: Workspace, wish: ListWish, signal?: AbortSignal): Promise<AudienceList> {
  checkWish(wish);
  const access = findAccess(workspace);
  refuseSecond(workspace, wish);
  const answer = await callAmazon(workspace, access, (token) => renderListRequest(access.target, wish, token), signal);
  const list: AudienceList = {
    network: 'amazon',
    account: access.target.account,
    id: readCreatedList(answer),
    name: wish.name,
    externalId: wish.externalId,
    createdMs: workspace.clock.now(),
  };
  if (wish.country !== undefined) list.country = wish.country;
  if (wish.ttlSeconds !== undefined) list.ttlSeconds = wish.ttlSeconds;
  if (wish.connectionId !== undefined) list.connectionId = wish.connectionId;
  withLists(workspace, ({ database }, lists) => database.transact(() => lists.put(list)));
  return list;
}

/** The lists of this workspace, each with its members; `asks`: with what Amazon says of it too. */
export async function describeLists(workspace: Workspace, asks: boolean, signal?: AbortSignal): Promise<KnownList[]> {
  const known = withLists(workspace, ({ database }, lists) => {
    const memberships = new Memberships(database);
    return lists.all().map((list): KnownList => ({ ...list, ...memberships.countsOf(list.id) }));
  });
  if (!asks || known.length === 0) return known;
  const access = findAccess(workspace);
  for (const list of known) {
    if (signal?.aborted) break;
    try {
      const query = (token: string) => renderListQuery(access.target, list.id, token);
      list.remote = readListReport(await callAmazon(workspace, access, query, signal));
    } catch (error) {
      if (!(error instanceof PostbackError)) throw error;
      // One list that Amazon does not tell of must not hide the others.
      list.problem = error.message;
    }
  }
  return known;
}

/** What a sync may say of a list that this workspace did not make. */
export interface ListHints {
  connectionId?: string;
  country?: string;
}

/**
 * The list that a word names: its id, external id or name. An id that is not known here is taken as it is: the list was
 * made elsewhere.
 * @throws UsageError when nothing fits, or several do
 */
export function findList(workspace: Workspace, word: string, hints: ListHints): AudienceList {
  const found = withLists(workspace, (_peek, lists) => lists.find(word));
  if (found.length > 1) {
    const ids = found.map(({ id }) => id).join(', ');
    throw new UsageError(
      'list_ambiguous',
      `Several lists are called ${JSON.stringify(word)}: ${ids}. Name one by its id.`,
    );
  }
  const given = {
    ...(hints.connectionId === undefined ? {} : { connectionId: hints.connectionId }),
    ...(hints.country === undefined ? {} : { country: hints.country }),
  };
  if (found[0]) return { ...found[0], ...given };
  if (LIST_ID.test(word)) {
    const { account } = findAccess(workspace).target;
    return { network: 'amazon', account, id: word, name: word, createdMs: workspace.clock.now(), ...given };
  }
  throw new UsageError('unknown_list', `This workspace knows no list ${JSON.stringify(word)}.`, {
    hint: 'A list that was made elsewhere is named by its number.',
    next: 'postback audiences list',
  });
}

function checkWish({ name, description, ttlSeconds, advertiserId, connectionId }: ListWish): void {
  const outside = (value: number, [min, max]: readonly [number, number]): boolean => value < min || value > max;
  if (outside(name.length, LIST_LIMITS.name)) {
    throw new UsageError(
      'bad_list',
      `Amazon takes names of ${LIST_LIMITS.name.join(' to ')} characters; this one has ${name.length}.`,
    );
  }
  if (outside(description.length, LIST_LIMITS.description)) {
    throw new UsageError('bad_list', `Amazon takes descriptions of at most ${LIST_LIMITS.description[1]} characters.`);
  }
  if (ttlSeconds !== undefined && outside(ttlSeconds, LIST_LIMITS.ttlSeconds)) {
    throw new UsageError('bad_list', 'Amazon keeps people for at most 397 days: --ttl 397d.');
  }
  if (advertiserId !== undefined && connectionId !== undefined) {
    throw new UsageError('bad_list', 'A list belongs to an advertiser or to a connection, not to both.');
  }
  if (advertiserId !== undefined && !LIST_ID.test(advertiserId)) {
    throw new UsageError('bad_list', `"${advertiserId}" is no advertiser id; expected digits.`);
  }
}

/** Running the same command twice must not make two lists. */
function refuseSecond(workspace: Workspace, { externalId }: ListWish): void {
  const [known] = withLists(workspace, (_peek, lists) => lists.find(externalId)).filter(
    (list) => list.externalId === externalId,
  );
  if (!known) return;
  throw new ConfigError(
    'list_exists',
    `This workspace has a list with the external id ${JSON.stringify(externalId)}: ${known.id}.`,
    {
      next: `postback audiences sync ${known.id} FILE`,
    },
  );
}

/** Looks into the lists of the workspace's log. */
export function withLists<T>(workspace: Workspace, work: (peek: LogPeek, lists: AudienceLists) => T): T {
  const peek = LogPeek.make(workspace.logPath, workspace.name);
  try {
    return work(peek, new AudienceLists(peek.database));
  } finally {
    peek.close();
  }
}
