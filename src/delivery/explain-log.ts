import { flagWords } from '../shell-word.js';
import type { ReplayCandidate } from '../log/stored-postback.js';
import type { LogRow } from '../log/log-rows.js';
import { toEventId } from '../events/event-id.js';
import { UsageError } from '../errors.js';
import { withLogReader } from '../log/open-log.js';
import type { SkipReason } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { evaluateLogged, type ExplainedGate } from './explain-verdict.js';
import type { ExplainedPostback, Explanation } from './explain.js';
import { describeRequest, explainGate } from './explain.js';
import { suggestMapping } from './failure-causes.js';
import { formatMapping } from '../goals/mapping.js';
import { listGoalsOfOthers } from '../goals/match.js';
import type { GateName } from './gates.js';
import { evaluateStored } from './evaluate-stored.js';
import type { RunContext } from './resolve-targets.js';
import { describeTargets } from './resolve-targets.js';
import { deadlineOf } from './window.js';

/** A postback in the log: what became of it, and what would if it were sent now. */
export interface LoggedPostback extends ExplainedPostback {
  state: 'pending' | 'delivered' | 'failed' | 'skipped';
  /** Why it is in this state, where that was recorded. */
  reason: string | null;
  message: string | null;
  attempts: LogRow[];
  /** Whether it could be sent now; null where its facts are not kept any more. */
  now: { result: 'pass' | 'stop'; reason?: string; message?: string } | null;
  /** The command that sends it, where it is not delivered and could be. */
  next?: string;
  /**
   * What the goal is mapped to now, and the command that changes it, where that may be the cause.
   */
  mapping?: { value: string; fix: string };
}

/** The gates of an event, then those of each postback of it, in order. */
const EVENT_GATES: readonly GateName[] = [
  'event',
  'conversion',
  'test',
  'consent',
  'suppression',
  'attribution',
  'goal',
];
const POSTBACK_GATES: readonly GateName[] = [
  'duplicate',
  'connection',
  'mapping',
  'window',
  'network',
  'once',
];

const GATE_OF: Readonly<Record<SkipReason, GateName>> = {
  test_event: 'test',
  consent_none: 'consent',
  consent_unknown: 'consent',
  suppressed: 'suppression',
  superseded: 'duplicate',
  organic: 'attribution',
  other_network: 'attribution',
  no_goal: 'goal',
  goal_disabled: 'goal',
  filter_not_met: 'goal',
  duplicate: 'duplicate',
  not_connected: 'connection',
  network_disabled: 'connection',
  unmapped_goal: 'mapping',
  too_old: 'window',
  in_future: 'window',
  no_click_id: 'network',
  no_match_key: 'network',
  no_country: 'network',
  eu_consent_missing: 'network',
  opted_out: 'network',
  unsupported_currency: 'network',
  incomplete_event: 'network',
  already_counted: 'once',
};

/** Every row that the log has of one event, and the postbacks that can still be sent. */
interface Scenario {
  rows: LogRow[];
  stored: Map<string, ReplayCandidate>;
  /** Number of skips that are counted only: the event may be one of them. */
  counted: number;
}

/**
 * What became of an event that the log knows: the gates as they were passed, its attempts and
 * skips, and of each postback whose facts are kept the request that it would make now.
 * @throws UsageError for an id that is not in the log; AuthError as surveyTargets
 */
export async function explainLogged(
  workspace: Workspace,
  givenId: string,
): Promise<Explanation<LoggedPostback>> {
  const eventId = toEventId(givenId);
  const { rows, stored, counted } = await readScenario(workspace, eventId);
  const ids = new Set([...stored.keys(), ...rows.flatMap(({ postbackId }) => postbackId ?? [])]);
  const first = rows[0];
  if (!first && ids.size === 0) throw unknownEvent(eventId, counted);
  const runContext = describeTargets(workspace, { networks: [], goals: [] });
  const postbacks: LoggedPostback[] = [];
  const last = rows.filter(({ postbackId }) => postbackId === null).at(-1);
  const gates = ids.size > 0 ? listGates(EVENT_GATES, first) : listGates(EVENT_GATES, first, last);
  for (const id of ids) {
    const own = rows.filter(({ postbackId }) => postbackId === id);
    const postback = describePostback(id, own, stored.get(id), { workspace, runContext });
    postbacks.push(postback);
    const skip = postback.state === 'skipped' ? findSkip(own) : undefined;
    const { goal, network } = postback;
    gates.push(
      ...listGates(POSTBACK_GATES, own[0], skip).map((gate) => ({ ...gate, goal, network })),
    );
  }
  const event = first?.event ?? [...stored.values()][0]?.postback.event ?? null;
  const isMatched = gates.some(({ gate }) => gate === 'goal') && event !== null;
  const otherGoals = isMatched
    ? { otherGoals: listGoalsOfOthers(event, runContext.planContext.goals) }
    : {};
  return { eventId, event, ...evaluateLogged(postbacks, gates), gates, postbacks, ...otherGoals };
}

async function readScenario(workspace: Workspace, eventId: string): Promise<Scenario> {
  const scenario: Scenario = { rows: [], stored: new Map(), counted: 0 };
  await withLogReader(workspace.logLocation, async (reader) => {
    const filter = {
      states: ['pending', 'failed', 'skipped', 'delivered'],
      eventIds: [eventId],
    } as const;
    for (const list of [reader.listDelivered(filter), reader.listUndelivered(filter)]) {
      for await (const found of list)
        for (const one of found) scenario.stored.set(one.postback.id, one);
    }
    const statuses = ['success', 'accepted', 'failed', 'retried', 'skipped'] as const;
    for await (const rows of reader.listRows({ eventIds: [eventId], statuses }))
      scenario.rows.push(...rows);
    scenario.counted = await reader.countTrimmedSkips({ statuses: ['skipped'] });
  });
  return scenario;
}

function describePostback(
  id: string,
  rows: readonly LogRow[],
  stored: ReplayCandidate | undefined,
  { workspace, runContext }: { workspace: Workspace; runContext: RunContext },
): LoggedPostback {
  const attempts = rows.filter(({ status }) => status !== 'skipped');
  const last = attempts.at(-1) ?? findSkip(rows);
  const { network, goal } = stored?.postback ?? (last as Pick<LoggedPostback, 'network' | 'goal'>);
  const account = stored?.account ?? last?.account ?? null;
  const common = { network, account, goal, postbackId: id, attempts };
  const { reason = null, message = null } = last ?? {};
  if (!stored)
    return {
      ...common,
      state: stateOf(last),
      reason,
      message,
      deadline: null,
      now: null,
      request: null,
    };
  return {
    ...common,
    state: stored.state,
    reason: stored.reason ?? reason,
    message: stored.message ?? message,
    ...evaluateNow(stored, { workspace, runContext, kind: last?.kind }),
  };
}

interface NowContext {
  workspace: Workspace;
  runContext: RunContext;
  /** Kind of the last outcome. */
  kind: string | null | undefined;
}

/** What would become of a stored postback now. */
function evaluateNow(
  { postback, account, state }: ReplayCandidate,
  { workspace, runContext, kind }: NowContext,
): Pick<LoggedPostback, 'deadline' | 'now' | 'request' | 'next' | 'mapping'> {
  const { stop, way } = evaluateStored(postback, workspace, runContext.planContext);
  const isOther =
    !stop && account !== undefined && way !== undefined && way.channel.account !== account;
  const other = isOther && {
    reason: 'other_account',
    message: `recorded for ${postback.network} account ${account}; connected now: ${way.channel.account}`,
  };
  const now: LoggedPostback['now'] = {
    result: stop || isOther ? 'stop' : 'pass',
    ...(stop ?? other),
  };
  if (!way) return { deadline: null, now, request: null };
  const { channel, mapping } = way;
  const deadline = new Date(deadlineOf(postback, channel)).toISOString();
  const replay =
    'postback replay ' +
    `${flagWords('event-id', postback.eventId)}${isOther ? ' --account-changed' : ''}`;
  const next = stop || state === 'delivered' ? {} : { next: replay };
  // A network that refuses the configuration may mean what the goal is mapped to.
  const isRefused = state === 'failed' && kind === 'configuration' && !postback.membership;
  const mapped = { value: formatMapping(mapping), fix: suggestMapping(postback) };
  return {
    deadline,
    now,
    request: describeRequest(channel, { postback, mapping }),
    ...next,
    ...(isRefused ? { mapping: mapped } : {}),
  };
}

/** The skip that counts: that a line was read again says least. */
function findSkip(rows: readonly LogRow[]): LogRow | undefined {
  const skips = rows.filter(({ status }) => status === 'skipped');
  return skips.filter(({ reason }) => reason !== 'duplicate').at(-1) ?? skips.at(-1);
}

function stateOf(row: LogRow | undefined): LoggedPostback['state'] {
  if (row?.status === 'success') return 'delivered';
  if (row?.status === 'failed') return 'failed';
  return row?.status === 'retried' || row?.status === 'accepted' ? 'pending' : 'skipped';
}

/**
 * Gates up to the one that stopped; what they saw then is not kept, so that nobody can be read off
 * the log.
 */
function listGates(
  names: readonly GateName[],
  first: LogRow | undefined,
  skip?: LogRow,
): ExplainedGate[] {
  const saw = first ? `recorded ${first.time} by run ${first.run}` : 'recorded';
  const reason = skip?.reason as SkipReason | undefined;
  const found = reason === undefined ? undefined : GATE_OF[reason];
  // Where a network has no test mapping the mapping's gate stopped a test event, not the one for
  // all of them.
  const stopper = found === 'test' && !names.includes('test') ? 'mapping' : found;
  const before =
    stopper === undefined ? names : names.slice(0, Math.max(0, names.indexOf(stopper)));
  const gates = before.map((gate) => explainGate({ gate, stop: undefined, saw }));
  if (stopper === undefined || reason === undefined) return gates;
  const stop = { reason, message: skip?.message ?? '' };
  return [
    ...gates,
    explainGate({ gate: stopper, stop, saw: `recorded ${skip?.time} by run ${skip?.run}` }),
  ];
}

function unknownEvent(eventId: string, counted: number): UsageError {
  return new UsageError(
    'unknown_event',
    `The log has no event ${JSON.stringify(eventId)}, and no file has that name.`,
    {
      hint:
        'Name an event id of postback logs --all, or a file and a line: events.jsonl:12.' +
        (counted > 0
          ? ` ${counted} older skips without a goal or network are counted and not listed ` +
            '(log.keepSkips); the event may be one of them.'
          : ''),
      next: 'postback logs --all',
    },
  );
}
