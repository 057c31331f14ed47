import { argumentWords, flagWords } from '../shell-word.js';
import type { ReplayCandidate, ReplayFilter } from '../log/stored-postback.js';
import type { SkipReason } from '../networks/network.js';
import type { RunContext } from './resolve-targets.js';

/** Why a postback that matches is not sent again. */
export type ReplayRefusal =
  SkipReason | 'dedupe_window' | 'processing' | 'other_account' | 'delivered' | 'log_damaged';

/** Why postbacks are left out of a replay, and the command that changes it. */
export interface ReplayAdvice {
  reason: ReplayRefusal;
  count: number;
  message: string;
  next?: string;
}

export interface ReplaySelection extends ReplayFilter {
  /** At most so many; Infinity: all. */
  limit: number;
  /** Sends also what the network could count twice. */
  force: boolean;
  /** Sends also what was recorded for another account than the one that is connected now. */
  accountChanged?: boolean;
}

/** The replay that an advice is about, and the postbacks that one reason leaves out. */
export interface Refused {
  reason: ReplayRefusal;
  count: number;
  /** The first of them: its event, goal, network and account are named. */
  first: ReplayCandidate;
  /** Whether the workspace has the goal of the first one no more. */
  isGoalRemoved: boolean;
  selection: ReplaySelection;
}

/** Says in words why postbacks are left out of a replay and what to do about it. */
export function advise(refused: Refused, { planContext }: RunContext): ReplayAdvice {
  const { reason, count, first, isGoalRemoved } = refused;
  if (reason !== 'other_account') {
    const isOfNoGoal = reason === 'unmapped_goal' && isGoalRemoved;
    const [message, next] = isOfNoGoal ? REMOVED_GOAL : (WORDS[reason] ?? BY_A_RULE);
    return {
      reason,
      count,
      message,
      ...(next === undefined ? {} : { next: next(first.postback) }),
    };
  }
  const { network } = first.postback;
  const now = planContext.routes.get(network)?.channel?.account ?? 'none';
  const message = `recorded for ${network} account ${first.account ?? 'unknown'}; connected now: ${now}`;
  return {
    reason,
    count,
    message,
    next: `postback replay ${repeatFlags(refused)} --account-changed`,
  };
}

/** The flags of this replay for one network: it must not match more than the operator asked for. */
function repeatFlags({ count, first, selection }: Refused): string {
  const {
    states,
    sinceMs,
    untilMs,
    goals = [],
    eventIds = [],
    https = [],
    reasons = [],
    limit,
  } = selection;
  const isDefault =
    eventIds.length > 0 ? states.length === ALL_STATES : states.join() === 'failed,pending';
  const flags: (readonly [flag: string, value: string | undefined])[] = [
    ['state', isDefault ? undefined : states.join(',')],
    ['since', sinceMs === undefined ? undefined : new Date(sinceMs).toISOString()],
    ['until', untilMs === undefined ? undefined : new Date(untilMs).toISOString()],
    ['network', first.postback.network],
    ...goals.map((goal) => ['goal', goal] as const),
    ...eventIds.map((id) => ['event-id', id] as const),
    ...https.map((status) => ['http', String(status)] as const),
    ...reasons.map((reason) => ['reason', reason] as const),
    [
      'limit',
      limit === Infinity || count <= DEFAULT_LIMIT ? undefined : String(Math.max(count, limit)),
    ],
  ];
  const words = flags.flatMap(([flag, value]) =>
    value === undefined ? [] : [flagWords(flag, value)],
  );
  return [...(limit === Infinity ? ['--all'] : []), ...words].join(' ');
}

/** Number of states that `--event-id` looks at where `--state` is absent. */
const ALL_STATES = 4;
/** Maximum number of postbacks that `replay` sends without `--limit` or `--all`. */
export const DEFAULT_LIMIT = 100;

type Words = [message: string, next?: (postback: ReplayCandidate['postback']) => string];

const explain = ({ eventId }: ReplayCandidate['postback']): string =>
  `postback explain ${argumentWords(eventId)}`;

const BY_A_RULE: Words = ["stopped by a rule; the event's own line says which", explain];

const REMOVED_GOAL: Words = [
  'the goal was removed; add a goal with the same id to send them',
  () => 'postback goals add',
];

const WORDS: Partial<Record<ReplayRefusal, Words>> = {
  delivered: ['delivered already; the network could count a second delivery', explain],
  processing: [
    'accepted by the network, which has not decided yet; status asks it',
    () => 'postback status',
  ],
  dedupe_window: [
    'first sent longer ago than the network remembers, so it could count them twice; --force ' +
      'sends them anyway',
  ],
  log_damaged: [
    'their rows in the delivery log are damaged: send their events again to deliver them',
    () => 'postback doctor',
  ],
  not_connected: ['their network is not connected', ({ network }) => `postback connect ${network}`],
  network_disabled: ['the connection is disabled', ({ network }) => `postback enable ${network}`],
  unmapped_goal: [
    'the goal has no mapping at the network',
    ({ goal, network }) => `postback map ${goal} ${network} VALUE`,
  ],
  too_old: ['older than the network accepts; they can no longer be delivered'],
  in_future: ['ahead of the clock', () => 'postback doctor'],
  no_country: [
    'no country; amazon.defaultCountry sets one',
    () => 'postback config set amazon.defaultCountry US',
  ],
};
