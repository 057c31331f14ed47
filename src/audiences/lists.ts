import type { AudienceList, MembershipCounts } from '../log/audience-records.js';
import { ConfigError, PostbackError, UsageError } from '../errors.js';
import { checkRecordable, recordAudience, withLogReader } from '../log/open-log.js';
import type { AudienceApi, ListOptions, ListReport } from '../networks/audience-network.js';
import type { Workspace } from '../workspace.js';
import { callNetwork, findAccess } from './access.js';

const LIST_ID = /^\d{1,20}$/;

/** A list with what is known of it here, and by Amazon where it could be asked. */
export interface KnownList extends AudienceList, MembershipCounts {
  remote?: ListReport;
  /** Why Amazon could not be asked. */
  problem?: string;
}

/**
 * Makes a list at Amazon and remembers it here.
 * @throws UsageError for what Amazon would not take; ConfigError when this workspace has the
 *   external id already, or Amazon refuses; AuthError, NetworkError as the call does
 */
export async function createList(
  workspace: Workspace,
  wanted: ListOptions,
  signal?: AbortSignal,
): Promise<AudienceList> {
  const access = await findAccess(workspace);
  const { api, connection } = access;
  checkListOptions(wanted, api.limits);
  // A list that the log cannot record would be made twice.
  await checkRecordable(workspace.logLocation);
  await refuseSecond(workspace, wanted);
  const answer = await callNetwork(
    workspace,
    access,
    (token) => api.renderCreation(connection, wanted, token),
    signal,
  );
  const list: AudienceList = {
    network: connection.network,
    account: connection.account,
    id: api.readCreated(answer),
    name: wanted.name,
    externalId: wanted.externalId,
    createdMs: workspace.clock.now(),
  };
  if (wanted.country !== undefined) list.country = wanted.country;
  if (wanted.ttlSeconds !== undefined) list.ttlSeconds = wanted.ttlSeconds;
  if (wanted.connectionId !== undefined) list.connectionId = wanted.connectionId;
  await recordAudience(workspace.logLocation, list);
  return list;
}

/** The lists of this workspace, each with its members; `asks`: with what Amazon says of it too. */
export async function describeLists(
  workspace: Workspace,
  asks: boolean,
  signal?: AbortSignal,
): Promise<KnownList[]> {
  const known: KnownList[] =
    (await withLogReader(workspace.logLocation, (reader) => reader.listAudiences())) ?? [];
  if (!asks || known.length === 0) return known;
  const access = await findAccess(workspace);
  const { api, connection } = access;
  for (const list of known) {
    if (signal?.aborted) break;
    try {
      const query = (token: string) => api.renderQuery(connection, list.id, token);
      list.remote = api.readList(await callNetwork(workspace, access, query, signal));
    } catch (error) {
      if (!(error instanceof PostbackError)) throw error;
      // A list that Amazon cannot report must not hide the others.
      list.problem = error.message;
    }
  }
  return known;
}

/** Options for a list that was not created in this workspace. */
export interface ListHints {
  connectionId?: string;
  country?: string;
}

/**
 * The list that a word names: its id, external id or name. An id that is not known here is taken as
 * it is: the list was made elsewhere.
 * @throws UsageError when nothing fits, or several do
 */
export async function findList(
  workspace: Workspace,
  word: string,
  hints: ListHints,
): Promise<AudienceList> {
  const found = await findKnown(workspace, word);
  if (found.length > 1) {
    const ids = found.map(({ id }) => id).join(', ');
    throw new UsageError(
      'list_ambiguous',
      `Several lists are named ${JSON.stringify(word)}: ${ids}. Use the id of one.`,
    );
  }
  const given = {
    ...(hints.connectionId === undefined ? {} : { connectionId: hints.connectionId }),
    ...(hints.country === undefined ? {} : { country: hints.country }),
  };
  if (found[0]) return { ...found[0], ...given };
  if (LIST_ID.test(word)) {
    const { connection } = await findAccess(workspace);
    return {
      network: connection.network,
      account: connection.account,
      id: word,
      name: word,
      createdMs: workspace.clock.now(),
      ...given,
    };
  }
  throw new UsageError(
    'unknown_list',
    `Unknown audience list ${JSON.stringify(word)} in this workspace.`,
    {
      hint: 'For a list that was created elsewhere, use its numeric id.',
      next: 'postback audiences list',
    },
  );
}

function checkListOptions(
  { name, description, ttlSeconds, advertiserId, connectionId }: ListOptions,
  limits: AudienceApi['limits'],
): void {
  const outside = (value: number, [min, max]: readonly [number, number]): boolean =>
    value < min || value > max;
  if (outside(name.length, limits.name)) {
    throw new UsageError(
      'bad_list',
      `Amazon accepts list names of ${limits.name.join(' to ')} characters; this one has ` +
        `${name.length}.`,
    );
  }
  if (outside(description.length, limits.description)) {
    throw new UsageError(
      'bad_list',
      `Amazon accepts descriptions of at most ${limits.description[1]} characters.`,
    );
  }
  if (ttlSeconds !== undefined && outside(ttlSeconds, limits.ttlSeconds)) {
    throw new UsageError(
      'bad_list',
      'Amazon keeps people for at most 397 days. Use --ttl 397d or less.',
    );
  }
  if (advertiserId !== undefined && connectionId !== undefined) {
    throw new UsageError(
      'bad_list',
      'A list belongs to either an advertiser or a connection, not both.',
    );
  }
  if (advertiserId !== undefined && !LIST_ID.test(advertiserId)) {
    throw new UsageError('bad_list', `Invalid advertiser id "${advertiserId}"; expected digits.`);
  }
}

/** Running the same command twice must not make two lists. */
async function refuseSecond(workspace: Workspace, { externalId }: ListOptions): Promise<void> {
  const found = await findKnown(workspace, externalId);
  const known = found.find((list) => list.externalId === externalId);
  if (!known) return;
  throw new ConfigError(
    'list_exists',
    `This workspace already has a list with the external id ${JSON.stringify(externalId)}: ` +
      `${known.id}.`,
    {
      next: `postback audiences sync ${known.id} FILE`,
    },
  );
}

async function findKnown(workspace: Workspace, word: string): Promise<AudienceList[]> {
  return (await withLogReader(workspace.logLocation, (reader) => reader.findAudiences(word))) ?? [];
}
