import type { UserConfig } from '../config/user-config.js';
import { addGoal } from '../goals/goal-list.js';
import type { ConversionGoal } from '../goals/goal.js';
import { setMapping } from '../goals/mapping.js';
import { createMappingCheck } from '../networks/mapping-check.js';
import { makeTemplateGoals } from '../sandbox-workspace.js';

/** Left without a mapping, to show what becomes of its events. */
const UNMAPPED = {
  id: 'level-10',
  name: 'Level 10',
  event: 'achievement_unlocked',
  trigger: 'once',
  filters: ['achievement_id=level_10'],
} as const;

/**
 * Adds the goals of the demo to a workspace and maps them, as `goals add` and `map` do: the
 * templates to definitions that the sandbox has, and one goal to nothing.
 */
export async function setUpDemoGoals(
  user: UserConfig,
  workspace: string,
): Promise<ConversionGoal[]> {
  const check = createMappingCheck({ amazon: 'capi-v1' });
  return user.updateGoals(workspace, (stored) => {
    let goals = stored;
    for (const { map, ...template } of makeTemplateGoals()) {
      goals = addGoal(goals, template);
      const target = { goal: template.id, network: 'amazon', kind: 'map' } as const;
      goals = setMapping(goals, target, map.amazon!, check);
    }
    return addGoal(goals, UNMAPPED);
  });
}
