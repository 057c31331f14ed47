import { ConfigError } from '../errors.js';
import type { NetworkName } from '../networks/names.js';
import type { ConversionGoal, Mapping } from './goal.js';
import { findGoal } from './goal-list.js';

/** The network's own rule: a sentence saying what is expected when the mapping is wrong. */
export type MappingCheck = (network: NetworkName, mapping: Mapping) => string | undefined;

/** What a goal is called at a network, as `map --json` shows it. */
export interface MappingRow {
  goal: string;
  network: NetworkName;
  value: Mapping | null;
  test: Mapping | null;
  /** What the network calls the goal by itself, where nothing is mapped. */
  default?: Mapping;
  /** Whether postbacks of the goal can be told to the network: what is mapped passes its check, and what must be is. */
  valid: boolean;
  /** What is wrong, in a sentence. */
  problem?: string;
}

/**
 * The goals with one mapping set, or with `testMap` that of test events.
 * @throws ConfigError for an unknown goal or a mapping that the network would not take.
 */
export function setMapping(
  goals: readonly ConversionGoal[],
  target: { goal: string; network: NetworkName; kind: 'map' | 'testMap' },
  mapping: Mapping,
  check: MappingCheck,
): ConversionGoal[] {
  const current = findGoal(goals, target.goal);
  const problem = check(target.network, mapping);
  if (problem !== undefined) {
    throw new ConfigError('mapping_invalid', `${target.goal} cannot be mapped at ${target.network}: ${problem}.`);
  }
  const changed = { ...current, [target.kind]: { ...current[target.kind], [target.network]: mapping } };
  return goals.map((goal) => (goal === current ? changed : goal));
}

/** The goals with the mappings of one at a network removed, test mapping included. @throws ConfigError: unknown goal. */
export function removeMapping(goals: readonly ConversionGoal[], id: string, network: NetworkName): ConversionGoal[] {
  const current = findGoal(goals, id);
  const changed = { ...current, map: without(current.map, network), testMap: without(current.testMap, network) };
  return goals.map((goal) => (goal === current ? changed : goal));
}

/**
 * The table of goals against networks, goal by goal: one row for each network given.
 * @param defaultOf what a network calls a goal that is not mapped; undefined: it has to be.
 */
export function listMappings(
  goals: readonly ConversionGoal[],
  networks: readonly NetworkName[],
  defaultOf: (network: NetworkName, goal: ConversionGoal) => Mapping | undefined,
  check: MappingCheck,
): MappingRow[] {
  return goals.flatMap((goal) =>
    networks.map((network) => listMapping(goal, network, defaultOf(network, goal), check)),
  );
}

/** A mapping on one line: the id, or the four parts of an Amazon event description. */
export function formatMapping(mapping: Mapping): string {
  if (typeof mapping === 'string') return mapping;
  const { name, type, source, dataset } = mapping;
  return [name, type, source, ...(dataset === undefined ? [] : [dataset])].join(' / ');
}

function listMapping(
  goal: ConversionGoal,
  network: NetworkName,
  named: Mapping | undefined,
  check: MappingCheck,
): MappingRow {
  const value = goal.map[network] ?? null;
  const test = goal.testMap[network] ?? null;
  const problem = (value !== null && check(network, value)) || (test !== null && check(network, test)) || undefined;
  const valid = problem === undefined && (value !== null || named !== undefined);
  const row: MappingRow = { goal: goal.id, network, value, test, valid };
  if (named !== undefined) row.default = named;
  return problem === undefined ? row : { ...row, problem };
}

function without<T extends object>(map: T, key: keyof T): T {
  const copy = { ...map };
  delete copy[key];
  return copy;
}
