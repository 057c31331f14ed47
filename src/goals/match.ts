import type { ConversionEvent } from '../events/conversion-event.js';
import { findProperty, meetsCondition, parseCondition, type Condition } from './filter.js';
import type { ConversionGoal } from './goal.js';

interface CompiledGoal {
  goal: ConversionGoal;
  conditions: Condition[];
}

/** The goals on one event name; `enabled` are those that may count it. */
interface GoalsOfEvent {
  all: CompiledGoal[];
  enabled: CompiledGoal[];
}

/** Goals by event name, their filters parsed: made once per run, asked once per event. */
export type CompiledGoals = ReadonlyMap<string, Readonly<GoalsOfEvent>>;

/** The goals an event counts for, or why it counts for none. `message` says what was seen, never personal data. */
export type Match =
  | { matched: ConversionGoal[] }
  | { matched: []; reason: 'no_goal' | 'goal_disabled' | 'filter_not_met'; message: string };

/** Prepares goals that {@link readGoal} checked. An error is thrown for a filter that was never checked. */
export function compileGoals(goals: readonly ConversionGoal[]): CompiledGoals {
  const byEvent = new Map<string, GoalsOfEvent>();
  for (const goal of goals) {
    const conditions = goal.filters.map((text) => {
      const parsed = parseCondition(text);
      if ('problem' in parsed) throw new TypeError(`filter ${text} of goal ${goal.id} ${parsed.problem}`);
      return parsed.condition;
    });
    const onEvent = byEvent.get(goal.event) ?? { all: [], enabled: [] };
    byEvent.set(goal.event, onEvent);
    onEvent.all.push({ goal, conditions });
    if (goal.enabled) onEvent.enabled.push({ goal, conditions });
  }
  return byEvent;
}

/**
 * Every enabled goal on the event's name whose filters all hold; several goals make several postbacks
 * (product-behaviour.md G12). A disabled goal is the reason only where no enabled one is on the event.
 */
export function matchGoals(event: ConversionEvent, goals: CompiledGoals): Match {
  const onEvent = goals.get(event.name);
  if (onEvent === undefined) {
    return { matched: [], reason: 'no_goal', message: `no goal counts the event ${JSON.stringify(event.name)}` };
  }
  const { all, enabled } = onEvent;
  if (enabled.length === 0) {
    const ids = all.map(({ goal }) => goal.id).join(', ');
    return { matched: [], reason: 'goal_disabled', message: `disabled: ${ids}` };
  }
  const matched: ConversionGoal[] = [];
  const missed: { goal: ConversionGoal; condition: Condition }[] = [];
  for (const { goal, conditions } of enabled) {
    const condition = conditions.find((candidate) => !meetsCondition(event, candidate));
    if (condition === undefined) matched.push(goal);
    else missed.push({ goal, condition });
  }
  if (matched.length > 0) return { matched };
  const messages = missed.map(
    ({ goal, condition }) => `${goal.id}: ${condition.text} does not hold${describeSeen(event, condition.field)}`,
  );
  return { matched: [], reason: 'filter_not_met', message: messages.join('; ') };
}

/** Only of fields that cannot be personal is the value shown. */
function describeSeen(event: ConversionEvent, field: string): string {
  const found = findProperty(event, field);
  if (found === undefined || found === null) return ` (the event has no ${field})`;
  const isHarmless = ['value', 'currency', 'quantity'].includes(field) && typeof found !== 'object';
  return isHarmless ? ` (${field} is ${JSON.stringify(found).slice(0, 40)})` : '';
}
