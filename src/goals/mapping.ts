import { quoteWord } from '../shell-word.js';
import { textBefore } from '../text-ends.js';
import { isDeepStrictEqual } from 'node:util';

import { ConfigError } from '../errors.js';
import type { NetworkName } from '../networks/names.js';
import type { ConversionGoal, Mapping } from './goal.js';
import { findGoal } from './goal-list.js';

/** The network's own rule: a sentence saying what is expected when the mapping is wrong. */
export type MappingCheck = (network: NetworkName, mapping: Mapping) => string | undefined;

/** Mapping of a goal at a network, as `map --json` shows it. */
export interface MappingRow {
  goal: string;
  network: NetworkName;
  value: Mapping | null;
  test: Mapping | null;
  /** Default mapping at the network, if the goal is not mapped. */
  default?: Mapping;
  /** Whether postbacks of the goal can be sent: a required mapping exists and is valid. */
  valid: boolean;
  /** The problem, in a sentence. */
  problem?: string;
}

/** Which mapping to set. */
interface MappingTarget {
  goal: string;
  network: NetworkName;
  /** Where real events go, or test events. */
  kind: 'map' | 'testMap';
  /** Whether another goal may have the same definition; default true. */
  isShared?: boolean;
}

/**
 * The goals with one mapping set, or with `testMap` that of test events.
 * @throws ConfigError for an unknown goal or a mapping that the network would not take.
 */
export function setMapping(
  goals: readonly ConversionGoal[],
  target: MappingTarget,
  mapping: Mapping,
  check: MappingCheck,
): ConversionGoal[] {
  const { isShared = true } = target;
  const current = findGoal(goals, target.goal);
  const problem = check(target.network, mapping);
  if (problem !== undefined) {
    throw new ConfigError(
      'mapping_invalid',
      `${target.goal} cannot be mapped at ${target.network}: ${problem}.`,
      { next: `postback help ${textBefore(target.network, /:/)}` },
    );
  }
  const [other] = isShared ? [] : findSharing(goals, target, mapping);
  if (other !== undefined) throw refuseShared(target, mapping, other);
  const changed = {
    ...current,
    [target.kind]: { ...current[target.kind], [target.network]: mapping },
  };
  return goals.map((goal) => (goal === current ? changed : goal));
}

/** Goals other than the target's whose real conversions count at the same definition. */
function findSharing(
  goals: readonly ConversionGoal[],
  { goal, network }: { goal: string; network: NetworkName },
  mapping: Mapping,
): ConversionGoal[] {
  return goals.filter(({ id, map }) => id !== goal && isDeepStrictEqual(map[network], mapping));
}

function refuseShared(
  { goal, network }: { goal: string; network: NetworkName },
  mapping: Mapping,
  other: ConversionGoal,
): ConfigError {
  const name = formatMapping(mapping);
  return new ConfigError(
    'definition_shared',
    `${other.id} is already mapped to ${name} at ${network}.`,
    {
      hint:
        `An event that matches both goals would count twice there. Map ${goal} to its own ` +
        'definition, or use this one with --shared.',
      next: `postback map ${goal} ${network} ${wordsOf(mapping)} --shared`,
    },
  );
}

/** Two or more goals that count at one definition. */
export interface SharedDefinition {
  network: NetworkName;
  mapping: string;
  goals: string[];
  /** Whether one event can be taken by two of them: then it counts twice. */
  countsTwice: boolean;
}

/** Finds definitions that several active goals are mapped to, at the networks given. */
export function listShared(
  goals: readonly ConversionGoal[],
  networks: readonly NetworkName[],
): SharedDefinition[] {
  return networks.flatMap((network) => {
    const byMapping = new Map<string, ConversionGoal[]>();
    for (const goal of goals) {
      const mapping = goal.enabled ? goal.map[network] : undefined;
      if (mapping === undefined) continue;
      const name = formatMapping(mapping);
      byMapping.set(name, [...(byMapping.get(name) ?? []), goal]);
    }
    return [...byMapping].flatMap(([mapping, sharing]): SharedDefinition[] => {
      if (sharing.length < 2) return [];
      const countsTwice = new Set(sharing.map(({ event }) => event)).size < sharing.length;
      return [{ network, mapping, goals: sharing.map(({ id }) => id), countsTwice }];
    });
  });
}

/** A shared definition in a sentence. */
export function describeShared({ network, mapping, goals, countsTwice }: SharedDefinition): string {
  const effect = countsTwice
    ? 'an event that matches both counts twice there'
    : 'their conversions are counted together';
  return `${goals.join(' and ')} are mapped to one definition at ${network} (${mapping}): ${effect}.`;
}

/**
 * The goals with the mappings of one at a network removed, test mapping included. @throws
 * ConfigError: unknown goal.
 */
export function removeMapping(
  goals: readonly ConversionGoal[],
  id: string,
  network: NetworkName,
): ConversionGoal[] {
  const current = findGoal(goals, id);
  const changed = {
    ...current,
    map: without(current.map, network),
    testMap: without(current.testMap, network),
  };
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

/** A mapping as the words of `map`. */
function wordsOf(mapping: Mapping): string {
  if (typeof mapping === 'string') return quoteWord(mapping);
  const flags = Object.entries(mapping).map(
    ([flag, value]) => `--${flag} ${quoteWord(value as string)}`,
  );
  return flags.join(' ');
}

function listMapping(
  goal: ConversionGoal,
  network: NetworkName,
  named: Mapping | undefined,
  check: MappingCheck,
): MappingRow {
  const value = goal.map[network] ?? null;
  const test = goal.testMap[network] ?? null;
  const problem =
    (value !== null && check(network, value)) ||
    (test !== null && check(network, test)) ||
    undefined;
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
