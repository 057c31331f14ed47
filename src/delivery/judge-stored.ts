import type { Mapping } from '../goals/goal.js';
import type { Channel, Postback, Skip } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import { findMapping } from './delivery.js';
import type { Route, World } from './plan.js';
import { judgeAge } from './window.js';

/** Whether a postback of the log can be sent now, with what the workspace knows today. */
export interface StoredJudgement {
  /** Absent: it can. */
  stop?: Skip;
  /** How it would go; absent where there is no way, or its network would not take it. */
  way?: { channel: Channel; mapping: Mapping };
}

/** Judges a stored postback again by all that may have changed since: connection, mapping, time, the network's own rules. */
export function judgeStored(
  postback: Postback,
  workspace: Workspace,
  { routes }: Pick<World, 'routes'>,
): StoredJudgement {
  const { network, goal } = postback;
  const route = routes.get(network);
  if (!route?.channel) return stopBy('not_connected', `${network} is not connected`);
  if (!route.enabled) return stopBy('network_disabled', `${network} is disabled`);
  const mapping = findMapping(postback, workspace, { routes });
  if (mapping === undefined) return stopBy('unmapped_goal', `${goal} is not mapped at ${network}`);
  const channel = channelOf(route, postback);
  if (!channel) return stopBy('not_connected', `${network} has no audience lists`);
  const refused = channel.check(postback.facts, mapping);
  const stop = judgeAge(postback, workspace.clock.now(), channel) ?? refused;
  return { ...(stop && { stop }), ...(!refused && { way: { channel, mapping } }) };
}

/** The channel that a postback goes by: that of conversions, or of audience lists. */
export function channelOf(route: Route, { membership }: Postback): Channel | undefined {
  return membership ? route.lists : route.channel;
}

function stopBy(reason: Skip['reason'], message: string): StoredJudgement {
  return { stop: { reason, message } };
}
