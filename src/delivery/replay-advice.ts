import type { ReplayCandidate } from '../log/replay-rows.js';
import type { SkipReason } from '../networks/network.js';
import type { Stage } from './stage.js';

/** Why a postback that matches is not sent again. */
export type ReplayRefusal = SkipReason | 'dedupe_window' | 'processing' | 'other_account' | 'delivered';

/** Why postbacks are left out of a replay, and the command that changes it. */
export interface ReplayAdvice {
  reason: ReplayRefusal;
  count: number;
  message: string;
  next?: string;
}

/**
 * Says in words why postbacks are left out of a replay and what to do about it.
 * @param first the first of them: its goal, network and account are named
 */
export function advise(reason: ReplayRefusal, count: number, first: ReplayCandidate, stage: Stage): ReplayAdvice {
  const { goal, network } = first.postback;
  const [message, next] = describe(reason, first, stage);
  return { reason, count, message, ...(next === undefined ? {} : { next: `postback ${next(goal, network)}` }) };
}

type Words = [message: string, next?: (goal: string, network: string) => string];

function describe(reason: ReplayRefusal, { account, postback }: ReplayCandidate, { world }: Stage): Words {
  if (reason === 'other_account') {
    const now = world.routes.get(postback.network)?.channel?.account ?? 'none';
    return [
      `recorded for ${postback.network} account ${account ?? 'unknown'}; connected now: ${now}`,
      (_goal, network) => `replay --account-changed --all --network ${network}`,
    ];
  }
  return WORDS[reason] ?? ["stopped by a rule; the event's own line says which", () => EXPLAIN(postback.eventId)];
}

const EXPLAIN = (eventId: string): string => (/^[\w-]+$/.test(eventId) ? `explain ${eventId}` : 'logs --all');

const WORDS: Partial<Record<ReplayRefusal, Words>> = {
  delivered: ['delivered already; the network could count a second delivery', () => 'logs --status success'],
  processing: ['accepted by the network, which has not decided yet', (_goal, network) => `logs --network ${network}`],
  dedupe_window: [
    'first sent longer ago than the network remembers, so it could count them twice; --force sends them anyway',
  ],
  not_connected: ['their network is not connected', (_goal, network) => `connect ${network}`],
  network_disabled: ['the connection is disabled', (_goal, network) => `enable ${network}`],
  unmapped_goal: ['the goal has no mapping at the network', (goal, network) => `map ${goal} ${network} VALUE`],
  too_old: ['older than the network accepts; they cannot be delivered any more'],
  in_future: ['ahead of the clock', () => 'doctor'],
  no_country: ['no country; amazon.defaultCountry sets one', () => 'config set amazon.defaultCountry US'],
};
