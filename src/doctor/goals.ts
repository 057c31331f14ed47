import { describeShared, listShared } from '../goals/mapping.js';
import type { ConversionGoal } from '../goals/goal.js';
import type { Connection, Network } from '../networks/network.js';
import { fail, pass, warn, type Check } from './check.js';

/** Looks whether any goal can count at all. */
export function checkGoals(goals: readonly ConversionGoal[]): Check {
  const active = goals.filter(({ enabled }) => enabled);
  if (active.length > 0) return pass('goals', `${active.length} of ${goals.length} goals are active.`);
  return warn('goals', goals.length === 0 ? 'There is no goal.' : 'Every goal is disabled.', {
    why: 'An event that no goal counts is not sent.',
    next: goals.length === 0 ? 'postback goals add' : `postback goals enable ${goals[0]!.id}`,
  });
}

/** Looks whether the active goals can be told to a network: whether mappings are there, and of its form. */
export function checkMappings(network: Network, goals: readonly ConversionGoal[], { api }: Connection): Check[] {
  const active = goals.filter(({ enabled }) => enabled);
  if (active.length === 0) return [];
  const wrong = active.flatMap(({ id, map, testMap }) =>
    [map[network.name], testMap[network.name]].flatMap((mapping): Check[] => {
      const problem = mapping === undefined ? undefined : network.checkMapping(mapping, api);
      if (problem === undefined) return [];
      const more = { why: 'A run refuses to start with it.', next: `postback map ${id} ${network.name} VALUE` };
      return [fail('mappings', `The mapping of ${id} cannot be used: ${problem}`, more)];
    }),
  );
  const unmapped = active.filter(({ map, event }) => !(map[network.name] ?? network.defaultMapping?.(event)));
  const missing = unmapped.map(({ id }) =>
    warn('mappings', `${id} is not mapped.`, {
      why: 'Its conversions are skipped as unmapped_goal.',
      next: `postback map ${id} ${network.name} VALUE`,
    }),
  );
  // Networks with names of their own for events tell conversions apart by them; ids are counters.
  const shared = network.defaultMapping ? [] : listShared(active, [network.name]);
  const doubled = shared.map((one) =>
    warn('mappings', describeShared(one), {
      why: 'One goal, one definition: two goals on one are counted together.',
      next: `postback map ${one.goals.at(-1)} ${network.name} VALUE`,
    }),
  );
  if (wrong.length + missing.length + doubled.length > 0) return [...wrong, ...missing, ...doubled];
  const words = active.length === 1 ? 'The active goal is' : `All ${active.length} active goals are`;
  return [pass('mappings', `${words} mapped.`)];
}
