import type { Mapping } from '../goals/goal.js';
import type { Channel, Postback, Skip } from '../networks/network.js';
import { DAMAGED_WORDS } from '../log/stored-json.js';
import type { Workspace } from '../workspace.js';
import { findMapping } from './delivery.js';
import type { Route, PlanContext } from './plan.js';
import { evaluateAge } from './window.js';

/** Whether a postback of the log can be sent now, with what the workspace knows today. */
export interface StoredEvaluation {
  /** Absent: it can. `log_damaged`: its payload cannot be read. */
  stop?: { reason: Skip['reason'] | 'log_damaged'; message: string };
  /** How it would go; absent where there is no way, or its network would not take it. */
  way?: { channel: Channel; mapping: Mapping };
}

/**
 * Judges a stored postback again by all that may have changed since: connection, mapping, time, the
 * network's own rules.
 */
export function evaluateStored(
  postback: Postback,
  workspace: Workspace,
  { routes }: Pick<PlanContext, 'routes'>,
): StoredEvaluation {
  const { network, goal } = postback;
  if (postback.isDamaged) return stopBy('log_damaged', DAMAGED_WORDS);
  const route = routes.get(network);
  if (!route?.channel) return stopBy('not_connected', `${network} is not connected`);
  if (!route.enabled) return stopBy('network_disabled', `${network} is disabled`);
  const mapping = findMapping(postback, workspace, { routes });
  if (mapping === undefined) {
    const isRemoved = workspace.goals.every(({ id }) => id !== goal);
    return stopBy(
      'unmapped_goal',
      isRemoved ? `the goal ${goal} was removed` : `${goal} is not mapped at ${network}`,
    );
  }
  const channel = channelOf(route, postback);
  if (!channel) return stopBy('not_connected', `${network} has no audience lists`);
  const refused = channel.check(postback.facts, mapping);
  const stop = evaluateAge(postback, workspace.clock.now(), channel) ?? refused;
  return { ...(stop && { stop }), ...(!refused && { way: { channel, mapping } }) };
}

/** The channel that a postback goes by: that of conversions, or of audience lists. */
export function channelOf(route: Route, { membership }: Postback): Channel | undefined {
  return membership ? route.lists : route.channel;
}

function stopBy(reason: Skip['reason'] | 'log_damaged', message: string): StoredEvaluation {
  return { stop: { reason, message } };
}
