import { describeShared, listShared } from '../goals/mapping.js';
import type { ConversionGoal } from '../goals/goal.js';
import type { Connection, AnyNetwork } from '../networks/network.js';
import { describeMapCommand } from '../networks/map-command.js';
import { fail, pass, warn, type Check } from './check.js';

/** Looks whether any goal can count at all. */
export function checkGoals(goals: readonly ConversionGoal[]): Check {
  const active = goals.filter(({ enabled }) => enabled);
  if (active.length > 0)
    return pass('goals', `${active.length} of ${goals.length} goals are active.`);
  return warn('goals', goals.length === 0 ? 'There are no goals.' : 'Every goal is disabled.', {
    why: 'Events that no goal counts are not sent.',
    next: goals.length === 0 ? 'postback goals add' : `postback goals enable ${goals[0]!.id}`,
  });
}

/** Checks that the active goals have valid mappings at a network. */
export function checkMappings(
  network: AnyNetwork,
  goals: readonly ConversionGoal[],
  { api }: Connection,
): Check[] {
  const active = goals.filter(({ enabled }) => enabled);
  if (active.length === 0) return [];
  const wrong = active.flatMap(({ id, map, testMap }) =>
    [map[network.name], testMap[network.name]].flatMap((mapping): Check[] => {
      const problem = mapping === undefined ? undefined : network.checkMapping(mapping, api);
      if (problem === undefined) return [];
      const more = {
        why: 'Delivering commands refuse to start.',
        next: describeMapCommand(network, id, api),
      };
      return [fail('mappings', `The mapping of ${id} cannot be used: ${problem}`, more)];
    }),
  );
  const unmapped = active.filter(
    ({ id, map, event }) => !(map[network.name] ?? network.defaultMapping?.(event, id)),
  );
  const missing = unmapped.map(({ id }) =>
    warn('mappings', `${id} is not mapped.`, {
      why: 'Its conversions are skipped as unmapped_goal.',
      next: describeMapCommand(network, id, api),
    }),
  );
  // Networks with names of their own for events tell conversions apart by them; ids are counters.
  const shared = network.defaultMapping ? [] : listShared(active, [network.name]);
  const doubled = shared.map((one) =>
    warn('mappings', describeShared(one), {
      why: 'Use one definition per goal. Goals that share a definition are counted together.',
      next: describeMapCommand(network, one.goals.at(-1)!, api),
    }),
  );
  if (wrong.length + missing.length + doubled.length > 0) return [...wrong, ...missing, ...doubled];
  const words =
    active.length === 1 ? 'The active goal is' : `All ${active.length} active goals are`;
  return [pass('mappings', `${words} mapped.`)];
}
