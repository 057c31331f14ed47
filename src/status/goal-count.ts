import type { ConversionGoal } from '../goals/goal.js';
import type { AnyNetwork } from '../networks/network.js';

/** Counts the active goals and those that can be sent to the network. */
export function countGoals(
  network: AnyNetwork,
  goals: readonly ConversionGoal[],
  api: string | undefined,
): { goalsMapped: number; goalsActive: number } {
  const active = goals.filter(({ enabled }) => enabled);
  const mapped = active.filter(({ id, map, event }) => {
    const mapping = map[network.name] ?? network.defaultMapping?.(event, id);
    return mapping !== undefined && network.checkMapping(mapping, api) === undefined;
  });
  return { goalsMapped: mapped.length, goalsActive: active.length };
}
