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
  /** The match of an event that every enabled goal counts. */
  whole: { matched: ConversionGoal[] };
}

/** Goals by event name, their filters parsed: made once per run, asked once per event. */
export type CompiledGoals = ReadonlyMap<string, Readonly<GoalsOfEvent>>;

/**
 * The goals that count an event, or why none does. `message` explains it without personal data;
 * `filtered` are the ids of enabled goals whose filters exclude it, absent where there are none.
 */
export type Match =
  | { matched: readonly ConversionGoal[]; filtered?: readonly string[] }
  | {
      matched: readonly [];
      reason: 'no_goal' | 'goal_disabled' | 'filter_not_met';
      message: string;
      filtered?: readonly string[];
    };

/** Compiles goals that {@link readGoal} has checked. Throws for an invalid filter. */
export function compileGoals(goals: readonly ConversionGoal[]): CompiledGoals {
  const byEvent = new Map<string, GoalsOfEvent>();
  for (const goal of goals) {
    const conditions = goal.filters.map((text) => {
      const parsed = parseCondition(text);
      if ('problem' in parsed)
        throw new TypeError(`filter ${text} of goal ${goal.id} ${parsed.problem}`);
      return parsed.condition;
    });
    const onEvent = byEvent.get(goal.event) ?? { all: [], enabled: [], whole: { matched: [] } };
    byEvent.set(goal.event, onEvent);
    onEvent.all.push({ goal, conditions });
    if (!goal.enabled) continue;
    onEvent.enabled.push({ goal, conditions });
    onEvent.whole.matched.push(goal);
  }
  return byEvent;
}

/**
 * Every enabled goal on the event's name whose filters all hold; several goals make several
 * postbacks. A disabled goal is the reason only where no enabled one is
 * on the event.
 */
export function matchGoals(event: ConversionEvent, goals: CompiledGoals): Match {
  const onEvent = goals.get(event.name);
  if (onEvent === undefined) {
    return {
      matched: [],
      reason: 'no_goal',
      message: `no goal counts the event ${JSON.stringify(event.name)}`,
    };
  }
  const { all, enabled, whole } = onEvent;
  if (enabled.length === 0) {
    const ids = all.map(({ goal }) => goal.id).join(', ');
    return { matched: [], reason: 'goal_disabled', message: `disabled: ${ids}` };
  }
  const missed: { goal: ConversionGoal; condition: Condition }[] = [];
  for (const { goal, conditions } of enabled) {
    const condition = conditions.find((candidate) => !meetsCondition(event, candidate));
    if (condition !== undefined) missed.push({ goal, condition });
  }
  if (missed.length === 0) return whole;
  const filtered = missed.map(({ goal }) => goal.id);
  const matched = whole.matched.filter((goal) => !missed.some((one) => one.goal === goal));
  if (matched.length > 0) return { matched, filtered };
  const messages = missed.map(
    ({ goal, condition }) =>
      `${goal.id}: ${condition.text} does not match${describeFound(event, condition.field)}`,
  );
  return { matched: [], reason: 'filter_not_met', message: messages.join('; '), filtered };
}

/** A goal that does not count an event, and why, in words without personal data. */
export interface OtherGoal {
  goal: string;
  why: string;
}

/** Lists the goals that do not count an event: those on its name first. Pure. */
export function listOtherGoals(event: ConversionEvent, goals: CompiledGoals): OtherGoal[] {
  const own = (goals.get(event.name)?.all ?? []).flatMap((candidate) => {
    const why = findObstacle(event, candidate);
    return why === undefined ? [] : [{ goal: candidate.goal.id, why }];
  });
  return [...own, ...listGoalsOfOthers(event.name, goals)];
}

/** Lists the goals on other event names. Pure. */
export function listGoalsOfOthers(name: string, goals: CompiledGoals): OtherGoal[] {
  const others = [...goals].filter(([other]) => other !== name).flatMap(([, { all }]) => all);
  return others.map(({ goal: { id, event } }) => ({ goal: id, why: `counts the event ${event}` }));
}

function findObstacle(
  event: ConversionEvent,
  { goal, conditions }: CompiledGoal,
): string | undefined {
  if (!goal.enabled) return 'is disabled';
  const missed = conditions.find((condition) => !meetsCondition(event, condition));
  return missed && `${missed.text} does not match${describeFound(event, missed.field)}`;
}

/** Only of fields that cannot be personal is the value shown. */
function describeFound(event: ConversionEvent, field: string): string {
  const found = findProperty(event, field);
  if (found === undefined || found === null) return ` (the event has no ${field})`;
  const isHarmless = ['value', 'currency', 'quantity'].includes(field) && typeof found !== 'object';
  return isHarmless ? ` (${field} is ${JSON.stringify(found).slice(0, 40)})` : '';
}
