import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../errors.js';
import { suggestNearMatches } from '../near-match.js';
import type { ConversionGoal } from './goal.js';
import { GoalProblem, readGoal } from './goal-rules.js';

/** Unchecked input to add or change a goal. */
export type GoalInput = Partial<Record<keyof ConversionGoal, unknown>>;

/**
 * The goal with this id.
 * @throws ConfigError with near matches where there is none.
 */
export function findGoal(goals: readonly ConversionGoal[], id: string): ConversionGoal {
  const goal = goals.find((candidate) => candidate.id === id);
  if (goal !== undefined) return goal;
  const ids = goals.map((candidate) => candidate.id);
  const suggestion = suggestNearMatches(id, ids);
  throw new ConfigError('unknown_goal', `Unknown goal ${JSON.stringify(id)}.${suggestion}`, {
    hint: ids.length === 0 ? 'There are no goals yet.' : `The goals are: ${ids.join(', ')}.`,
    next: ids.length === 0 ? 'postback goals add --template first-purchase' : 'postback goals list',
  });
}

/**
 * The goals with one more at the end.
 * @throws ConfigError naming the field that is wrong.
 */
export function addGoal(goals: readonly ConversionGoal[], input: GoalInput): ConversionGoal[] {
  return [...goals, checkInput(input, goals)];
}

/**
 * The goals with the given fields of one replaced; `description: ''` removes it. The id stays: the
 * log knows it.
 * @throws ConfigError for an unknown goal or a wrong field.
 */
export function editGoal(
  goals: readonly ConversionGoal[],
  id: string,
  input: Omit<GoalInput, 'id'>,
): ConversionGoal[] {
  const current = findGoal(goals, id);
  const others = goals.filter((goal) => goal !== current);
  const { description, ...rest }: GoalInput = { ...current, ...withoutUnsaid(input) };
  const changed = checkInput(description === '' ? rest : { ...rest, description }, others);
  return goals.map((goal) => (goal === current ? changed : goal));
}

/** The goals with one switched on or off. @throws ConfigError for an unknown goal. */
export function switchGoal(
  goals: readonly ConversionGoal[],
  id: string,
  enabled: boolean,
): ConversionGoal[] {
  const current = findGoal(goals, id);
  return goals.map((goal) => (goal === current ? { ...goal, enabled } : goal));
}

/** The goals without one. @throws ConfigError for an unknown goal. */
export function removeGoal(goals: readonly ConversionGoal[], id: string): ConversionGoal[] {
  const current = findGoal(goals, id);
  return goals.filter((goal) => goal !== current);
}

export interface GoalImport {
  goals: ConversionGoal[];
  added: string[];
  replaced: string[];
  unchanged: string[];
}

/**
 * The goals with the imported ones in: those with the same id are replaced, mappings included, the
 * others kept.
 */
export function importGoals(
  goals: readonly ConversionGoal[],
  imported: readonly ConversionGoal[],
): GoalImport {
  const byId = new Map(goals.map((goal) => [goal.id, goal]));
  const outcome: GoalImport = { goals: [], added: [], replaced: [], unchanged: [] };
  for (const goal of imported) {
    const before = byId.get(goal.id);
    const same = isDeepStrictEqual(goal, before);
    outcome[before === undefined ? 'added' : same ? 'unchanged' : 'replaced'].push(goal.id);
    byId.set(goal.id, goal);
  }
  outcome.goals = [...byId.values()];
  return outcome;
}

function checkInput(input: GoalInput, others: readonly ConversionGoal[]): ConversionGoal {
  try {
    return readGoal(withoutUnsaid(input), new Set(others.map((goal) => goal.id)));
  } catch (error) {
    if (error instanceof GoalProblem)
      throw new ConfigError('goal_invalid', `The goal's ${error.message}.`);
    throw error;
  }
}

/** Flags that were not given arrive as undefined. */
function withoutUnsaid(input: GoalInput): GoalInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}
