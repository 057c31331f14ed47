import { Batcher } from '../delivery/batch.js';
import { describeBatch, type DryRunSummary, type PlannedRequest } from '../delivery/dry-run.js';
import { Tally } from '../delivery/tally.js';
import { openInput } from '../events/open-inputs.js';
import type { AudienceList } from '../log/audience-lists.js';
import { LogPeek } from '../log/log-peek.js';
import { openAmazonAudiences } from '../networks/amazon/audience-channel.js';
import type { Channel, IdVault } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { findAccess } from './access.js';
import { makeChange } from './change.js';
import { findList } from './lists.js';
import { Survey } from './survey.js';
import type { SyncOptions, SyncResult } from './sync.js';

/**
 * What a sync would do: its plan and the exact requests. Nothing is sent or recorded, no key is made.
 * @throws as syncAudience
 */
export async function rehearseSync(workspace: Workspace, options: SyncOptions): Promise<DryRunSummary & SyncResult> {
  const { connection } = findAccess(workspace).connected.credentials;
  const input = await openInput(options.input);
  const list = findList(workspace, options.list, options);
  const { settings, name, clock } = workspace;
  const peek = LogPeek.make(workspace.logPath, name);
  try {
    peek.takeOverDead(clock);
    const { database, people } = peek;
    // What is staged here is not sealed: it must not reach a disk.
    database.exec('PRAGMA temp_store = MEMORY');
    const vault = openBeside(workspace.vault);
    const tally = new Tally({ run: 'dry-run', command: 'audiences sync', workspace: name });
    const known = { workspace: name, settings, vault, database, people, list, tally, nowMs: clock.now() };
    const region = connection.region ?? '';
    const survey = new Survey({ ...options, ...known, input, region, standing: (key) => peek.standing(key) });
    await survey.read(() => Promise.resolve());
    survey.judge();
    const channel = openAmazonAudiences(connection, settings, vault);
    const requests = [...describeRequests(workspace, list, survey, channel)];
    for (const { postbacks } of requests) for (const _ of postbacks) tally.plan();
    return { ...tally.summary, plan: survey.plan, jobs: [], dryRun: true, requests };
  } finally {
    peek.close();
  }
}

function* describeRequests(
  { name, clock }: Workspace,
  list: AudienceList,
  survey: Survey,
  channel: Channel,
): Generator<PlannedRequest> {
  const batcher = new Batcher(channel);
  for (const page of survey.stage.pages(true)) {
    for (const { staged, known } of page) {
      // A change gets its id when it is made: here the person's key stands for it.
      const change = known?.change ?? staged.member;
      const postback = makeChange({ workspace: name, list, person: staged, change, nowMs: clock.now() });
      const entry = { postback, attempts: 0 };
      const full = batcher.add({ outgoing: { postback, mapping: list.id }, entry, tries: 0 });
      if (full) yield describeBatch(channel, full);
    }
  }
  for (const rest of batcher.takeAll()) yield describeBatch(channel, rest);
}

const PLAIN = 'plain:';

/** A vault that seals nothing and opens what the real one sealed. */
function openBeside(vault: IdVault): IdVault {
  return {
    seal: (id) => PLAIN + id,
    open: (sealed) => (sealed.startsWith(PLAIN) ? sealed.slice(PLAIN.length) : vault.open(sealed)),
  };
}
