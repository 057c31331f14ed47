import type { AudienceList } from '../log/audience-records.js';
import type { KnownList } from '../audiences/lists.js';
import type { SyncPlan } from '../audiences/plan.js';
import type { JobReport } from '../networks/audience-network.js';
import type { IO } from './io.js';
import type { Column } from './table.js';
import { printRecord, printTable } from './table.js';
import { countOf } from './text.js';

/** Amazon uses a list from so many matched people on (docs/reference/amazon.md#audience-lists). */
const USABLE_FROM = 2_000;
const DAY_SECONDS = 86_400;

/** A list as data. Ids stay text: they are beyond what a JSON number keeps exact. */
export function listData(list: AudienceList): object {
  const { id, network, account, name, externalId, country, ttlSeconds, connectionId, createdMs } =
    list;
  return {
    id,
    network,
    account,
    name,
    externalId: externalId ?? null,
    country: country ?? null,
    ttlSeconds: ttlSeconds ?? null,
    connection: connectionId ?? null,
    created: new Date(createdMs).toISOString(),
  };
}

/** A list with its members as data. */
export function knownListData(list: KnownList): object {
  const { members, waiting, remote, problem } = list;
  const { received = null, matched = null, size = null } = remote ?? {};
  return {
    ...listData(list),
    members,
    waiting,
    remote: remote ? { received, matched, size } : null,
    problem: problem ?? null,
  };
}

/** Prints the new list and the next step. */
export async function printCreated(io: IO, list: AudienceList): Promise<void> {
  await io.print(list.id);
  await io.info(
    `Created ${JSON.stringify(list.name)}. Next: postback audiences sync ${list.id} people.jsonl`,
  );
}

const COLUMNS: Column<KnownList>[] = [
  { header: 'Id', value: ({ id }) => id },
  { header: 'Name', value: ({ name }) => name },
  { header: 'External id', value: ({ externalId }) => externalId, dropOrder: 3 },
  { header: 'Members', value: ({ members }) => members, align: 'right' },
  { header: 'Uploading', value: ({ waiting }) => waiting, align: 'right', dropOrder: 1 },
  { header: 'Matched', value: ({ remote }) => remote?.matched, align: 'right' },
  { header: 'Country', value: ({ country }) => country, dropOrder: 4 },
  {
    header: 'Stay',
    value: ({ ttlSeconds }) => ttlSeconds && `${Math.round(ttlSeconds / DAY_SECONDS)} days`,
    dropOrder: 2,
  },
];

/** Prints the lists of a workspace and what prevents their use. */
export async function printLists(io: IO, lists: readonly KnownList[]): Promise<void> {
  const empty =
    'No audience list was created or synced here. Next: postback audiences create --name NAME ' +
    '--external-id ID';
  await printTable(io, lists, COLUMNS, { empty });
  for (const { id, problem, remote } of lists) {
    if (problem !== undefined) await io.info(`${id}: ${problem}`);
    const matched = remote?.matched;
    if (matched !== undefined && matched < USABLE_FROM) {
      await io.info(
        `${id}: ${matched} people are matched. Amazon uses a list once it has matched 2,000.`,
      );
    }
  }
}

/** A job as data. */
export function jobData(job: string, { state, processedRate, invalid }: JobReport): object {
  const invalidRecords = invalid.map(({ externalId, error }) => ({
    externalUserId: externalId,
    error,
  }));
  return {
    job,
    state,
    processedRate: processedRate ?? null,
    invalid: invalid.length,
    invalidRecords,
  };
}

const SHOWN_RECORDS = 20;

/** Prints the result of an upload. */
export async function printJob(
  io: IO,
  job: string,
  { state, processedRate, invalid }: JobReport,
): Promise<void> {
  await printRecord(io, [
    ['Job', job],
    ['State', state],
    ['Processed', processedRate === undefined ? undefined : `${processedRate} %`],
    ['Invalid records', invalid.length],
  ]);
  for (const { externalId, error } of invalid.slice(0, SHOWN_RECORDS))
    await io.print(`${externalId}\t${error}`);
  if (invalid.length > SHOWN_RECORDS)
    await io.info(`… and ${invalid.length - SHOWN_RECORDS} more; --json names each.`);
}

/** Prints the planned or completed changes of a sync, in numbers of people. */
export async function printSyncPlan(io: IO, plan: SyncPlan): Promise<void> {
  const count = (number: number): string => number.toLocaleString('en-US');
  await printRecord(io, [
    ['List', plan.list],
    ['To add', count(plan.toAdd)],
    ['To update', plan.toUpdate > 0 ? count(plan.toUpdate) : undefined],
    ['To remove', count(plan.toRemove)],
    ['To refresh', plan.toRefresh > 0 ? count(plan.toRefresh) : undefined],
    ['To resume', plan.toResume > 0 ? count(plan.toResume) : undefined],
    ['Unchanged', count(plan.unchanged)],
    ['Uploading', plan.underway > 0 ? count(plan.underway) : undefined],
    ['Invalid', count(plan.invalid)],
    ['Skipped', plan.skipped > 0 ? count(plan.skipped) : undefined],
  ]);
  const staying =
    plan.toAdd + plan.toUpdate + plan.toRefresh + plan.toResume + plan.unchanged + plan.underway;
  if (plan.full && plan.toRemove > 0 && staying === 0) {
    await io.info(
      `This removes everyone from the list: ${countOf(plan.toRemove, 'person', 'people')}.`,
    );
  }
}
