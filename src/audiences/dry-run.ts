import { AUDIENCE_NETWORK } from '../networks/audience-registry.js';
import type { AudienceList } from '../log/audience-records.js';
import { Batcher } from '../delivery/batch.js';
import { describeBatch, type DryRunSummary, type PlannedRequest } from '../delivery/dry-run.js';
import { Tally } from '../delivery/tally.js';
import { openInput } from '../events/open-inputs.js';
import { openEmptyAudiences, openLogReader } from '../log/open-log.js';
import type { Settings } from '../config/settings.js';
import type { Channel, Connection, IdEncryptor } from '../networks/network.js';
import { findNetwork } from '../networks/registry.js';
import type { Workspace } from '../workspace.js';
import { findAccess } from './access.js';
import { makeChange } from './change.js';
import { findList } from './lists.js';
import { SyncPlanner } from './sync-planner.js';
import type { SyncOptions, SyncResult } from './sync.js';

/**
 * What a sync would do: its plan and the exact requests. Nothing is sent or recorded, no key is
 * made.
 * @throws as syncAudience
 */
export async function dryRunSync(
  workspace: Workspace,
  options: SyncOptions,
): Promise<DryRunSummary & SyncResult> {
  const { connection, api } = await findAccess(workspace);
  const input = await openInput(options.input);
  const list = await findList(workspace, options.list, options);
  const { settings, name, clock } = workspace;
  const reader = await openLogReader(workspace.logLocation);
  const store = reader ?? (await openEmptyAudiences());
  try {
    const encryptor = openDryRunEncryptor(workspace.encryptor);
    const tally = new Tally({ run: 'dry-run', command: 'audiences sync', workspace: name });
    const known = { workspace: name, settings, encryptor, store, list, tally, nowMs: clock.now() };
    const planner = new SyncPlanner({
      ...options,
      ...known,
      api,
      input,
      region: connection.region ?? '',
    });
    await planner.read(() => Promise.resolve());
    await planner.evaluate();
    const channel = openLists(connection, settings, encryptor);
    const requests: PlannedRequest[] = [];
    for await (const request of describeRequests(workspace, list, planner, channel))
      requests.push(request);
    for (const { postbacks } of requests) tally.plan(AUDIENCE_NETWORK, postbacks.length);
    return { ...tally.summary, plan: planner.plan, jobs: [], dryRun: true, requests };
  } finally {
    await reader?.close();
  }
}

function openLists(connection: Connection, settings: Settings, encryptor: IdEncryptor): Channel {
  const channel = findNetwork(connection.network)?.openAudiences?.(connection, settings, encryptor);
  // findAccess has found the network that keeps lists.
  return channel as Channel;
}

async function* describeRequests(
  { name, clock }: Workspace,
  list: AudienceList,
  planner: SyncPlanner,
  channel: Channel,
): AsyncGenerator<PlannedRequest> {
  const batcher = new Batcher(channel);
  for await (const page of planner.staging.pages(true)) {
    for (const { staged, known } of page) {
      // A change gets its id when it is recorded. A dry run uses the person's key instead.
      const change = known?.change ?? staged.member;
      const postback = makeChange({
        workspace: name,
        list,
        person: staged,
        change,
        nowMs: clock.now(),
      });
      const entry = { postback, attempts: 0 };
      const full = batcher.add({ outgoing: { postback, mapping: list.id }, entry, tries: 0 });
      if (full) yield describeBatch(channel, full);
    }
  }
  for (const rest of batcher.takeAll()) yield describeBatch(channel, rest);
}

const PLAIN = 'plain:';

/**
 * Returns an encryptor that leaves new ids in plain text and decrypts those of the real encryptor.
 */
function openDryRunEncryptor(encryptor: IdEncryptor): IdEncryptor {
  return {
    seal: (id) => PLAIN + id,
    open: (encrypted) =>
      encrypted.startsWith(PLAIN) ? encrypted.slice(PLAIN.length) : encryptor.open(encrypted),
  };
}
