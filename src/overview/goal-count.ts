import type { ConversionGoal } from '../goals/goal.js';
import type { Network } from '../networks/network.js';

/** How many active goals there are, and how many of them the network could be told. */
export function countGoals(
  network: Network,
  goals: readonly ConversionGoal[],
  api: string | undefined,
): { goalsMapped: number; goalsActive: number } {
  const active = goals.filter(({ enabled }) => enabled);
  const mapped = active.filter(({ map, event }) => {
    const mapping = map[network.name] ?? network.defaultMapping?.(event);
    return mapping !== undefined && network.checkMapping(mapping, api) === undefined;
  });
  return { goalsMapped: mapped.length, goalsActive: active.length };
}
