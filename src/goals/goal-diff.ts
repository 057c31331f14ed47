import type { ConversionGoal } from './goal.js';
import { formatMapping } from './mapping.js';

/** A field of a goal that an import changes, as text; undefined where it is absent. */
export interface GoalChange {
  field: string;
  from: string | undefined;
  to: string | undefined;
}

/** Lists what differs between a goal and its replacement, mapping by mapping. Pure. */
function diffGoals(before: ConversionGoal, after: ConversionGoal): GoalChange[] {
  const [from, to] = [flattenGoal(before), flattenGoal(after)];
  const fields = new Set([...from.keys(), ...to.keys()]);
  return [...fields]
    .map((field) => ({ field, from: from.get(field), to: to.get(field) }))
    .filter((change) => change.from !== change.to);
}

function flattenGoal({ map, testMap, filters, ...goal }: ConversionGoal): Map<string, string> {
  const mapped = (['map', 'testMap'] as const).flatMap((kind) =>
    Object.entries(kind === 'map' ? map : testMap).map(
      ([network, mapping]) => [`${kind}.${network}`, formatMapping(mapping)] as const,
    ),
  );
  const plain = Object.entries(goal).map(([field, value]) => [field, String(value)] as const);
  const texts = filters.length === 0 ? [] : [['filters', filters.join(', ')] as const];
  return new Map<string, string>([...plain, ...texts, ...mapped]);
}

/** Lists the changes of each goal that an import replaces, by id. Pure. */
export function diffReplaced(
  stored: readonly ConversionGoal[],
  imported: readonly ConversionGoal[],
): Record<string, GoalChange[]> {
  const replaced = imported.flatMap((goal) => {
    const before = stored.find(({ id }) => id === goal.id);
    const changes = before === undefined ? [] : diffGoals(before, goal);
    return changes.length === 0 ? [] : [[goal.id, changes] as const];
  });
  return Object.fromEntries(replaced);
}
