import { isJsonObject, type JsonObject } from '../json.js';
import { isEndpointName, NETWORK_NAMES, type PerNetwork } from '../networks/names.js';
import { suggestNearMatches } from '../near-match.js';
import { parseCondition } from './filter.js';
import type { ConversionGoal, EventDescription, Mapping, Trigger } from './goal.js';
import { makeSlug } from './slug.js';

export const TRIGGERS: readonly Trigger[] = ['once', 'repeatable'];
export const GOAL_FIELDS = [
  'id',
  'name',
  'event',
  'description',
  'trigger',
  'filters',
  'enabled',
  'map',
  'testMap',
] as const;

export const GOAL_ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/**
 * Event names have up to 256 characters (docs/reference/formats.md#audience-message), definition
 * names too (docs/reference/amazon.md#conversion-definitions).
 */
export const MAX_NAME = 256;
export const MAX_DESCRIPTION = 1000;
export const MAX_FILTERS = 20;
export const DESCRIPTION_FIELDS = ['name', 'type', 'source'] as const;

/** A problem of a goal's field. `problem` follows the field name in a sentence. */
export class GoalProblem extends Error {
  override readonly name = 'GoalProblem';
  constructor(
    readonly field: string,
    readonly problem: string,
  ) {
    super(`${field} ${problem}`);
  }
}

/**
 * A goal from JSON or from flags, checked. Name and event must be there; the id is made from the
 * name, `trigger` is `repeatable`, the goal is enabled and nothing is mapped where nothing is said.
 * @param taken ids that other goals have.
 * @throws GoalProblem naming the field, what was found and what is expected.
 */
export function readGoal(raw: unknown, taken: ReadonlySet<string>): ConversionGoal {
  if (!isJsonObject(raw)) throw new GoalProblem('', `is ${describe(raw)}; expected an object`);
  refuseUnknownFields(raw, GOAL_FIELDS, '');
  const name = readText(raw, 'name', MAX_NAME);
  const event = readText(raw, 'event', MAX_NAME);
  const goal: ConversionGoal = {
    id: readId(raw.id, [name, event], taken),
    name,
    event,
    trigger: readTrigger(raw.trigger),
    filters: readFilters(raw.filters),
    enabled: readEnabled(raw.enabled),
    map: readMap(raw, 'map'),
    testMap: readMap(raw, 'testMap'),
  };
  if (raw.description !== undefined)
    goal.description = readText(raw, 'description', MAX_DESCRIPTION);
  return goal;
}

/**
 * A list of goals, with ids that differ.
 * @throws GoalProblem whose field begins with the place in the list, such as `goals[2].trigger`.
 */
export function readGoals(raw: unknown): ConversionGoal[] {
  if (!Array.isArray(raw))
    throw new GoalProblem('goals', `is ${describe(raw)}; expected a list of goals`);
  const taken = new Set<string>();
  return raw.map((item, index) => {
    try {
      const goal = readGoal(item, taken);
      taken.add(goal.id);
      return goal;
    } catch (error) {
      if (!(error instanceof GoalProblem)) throw error;
      const field = error.field === '' ? '' : `.${error.field}`;
      throw new GoalProblem(`goals[${index}]${field}`, error.problem);
    }
  });
}

/** A value in a few words, for messages: text is quoted and cut. */
export function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return 'a list';
  return isJsonObject(value) ? 'an object' : JSON.stringify(value);
}

/**
 * @throws GoalProblem naming the first field that is not among `known`, with near matches and the
 *   valid ones.
 */
function refuseUnknownFields(raw: JsonObject, known: readonly string[], at: string): void {
  const unknown = Object.keys(raw).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const problem = `is not known.${suggestNearMatches(unknown, known)} Valid fields: ${known.join(', ')}`;
  throw new GoalProblem(`${at}${unknown}`, problem);
}

function readText(raw: JsonObject, field: string, maxLength: number): string {
  const value = raw[field];
  if (typeof value !== 'string')
    throw new GoalProblem(field, `is ${describe(value)}; expected text`);
  const text = value.trim();
  if (text === '') throw new GoalProblem(field, 'is empty');
  if (text.length > maxLength)
    throw new GoalProblem(field, `has ${text.length} characters; the maximum is ${maxLength}`);
  if (/\p{Cc}/u.test(text)) throw new GoalProblem(field, 'contains a control character');
  return text;
}

function readId(value: unknown, sources: readonly string[], taken: ReadonlySet<string>): string {
  if (value === undefined) return makeSlug(sources, taken);
  if (typeof value !== 'string' || !GOAL_ID.test(value)) {
    const expected = 'lower-case letters, digits, - _ and . (at most 64, a letter or digit first)';
    throw new GoalProblem('id', `is ${describe(value)}; expected ${expected}`);
  }
  if (taken.has(value))
    throw new GoalProblem('id', `is ${describe(value)}, which another goal already has`);
  return value;
}

function readTrigger(value: unknown): Trigger {
  if (value === undefined) return 'repeatable';
  if (TRIGGERS.includes(value as Trigger)) return value as Trigger;
  throw new GoalProblem('trigger', `is ${describe(value)}; expected ${TRIGGERS.join(' or ')}`);
}

function readEnabled(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? true;
  throw new GoalProblem('enabled', `is ${describe(value)}; expected true or false`);
}

function readFilters(value: unknown): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value))
    throw new GoalProblem('filters', `is ${describe(value)}; expected a list of conditions`);
  if (value.length > MAX_FILTERS)
    throw new GoalProblem(
      'filters',
      `has ${value.length} conditions; the maximum is ${MAX_FILTERS}`,
    );
  return value.map((item: unknown, index) => {
    const field = `filters[${index}]`;
    if (typeof item !== 'string')
      throw new GoalProblem(field, `is ${describe(item)}; expected text such as "value>10"`);
    if (item.length > MAX_DESCRIPTION)
      throw new GoalProblem(field, `has more than ${MAX_DESCRIPTION} characters`);
    const parsed = parseCondition(item);
    if ('problem' in parsed) throw new GoalProblem(field, `(${describe(item)}) ${parsed.problem}`);
    return parsed.condition.text;
  });
}

function readMap(raw: JsonObject, field: 'map' | 'testMap'): PerNetwork<Mapping> {
  const value = raw[field];
  if (value === undefined) return {};
  if (!isJsonObject(value))
    throw new GoalProblem(field, `is ${describe(value)}; expected an object`);
  const builtIn = Object.fromEntries(
    Object.entries(value).filter(([network]) => !isEndpointName(network)),
  );
  refuseUnknownFields(builtIn, NETWORK_NAMES, `${field}.`);
  const entries = Object.entries(value).map(([network, mapping]) => [
    network,
    readMapping(mapping, `${field}.${network}`),
  ]);
  return Object.fromEntries(entries) as PerNetwork<Mapping>;
}

/** The shape only: what a network takes is its own rule, see mapping.ts. */
function readMapping(value: unknown, at: string): Mapping {
  if (typeof value === 'number') {
    throw new GoalProblem(
      at,
      `is a number; write it in quotes, because long ids lose digits as numbers`,
    );
  }
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  if (!isJsonObject(value)) {
    throw new GoalProblem(
      at,
      `is ${describe(value)}; expected an id or name as text, or {name, type, source, dataset?}`,
    );
  }
  refuseUnknownFields(value, [...DESCRIPTION_FIELDS, 'dataset'], `${at}.`);
  const fields = [...DESCRIPTION_FIELDS, ...(value.dataset === undefined ? [] : ['dataset'])];
  const entries = fields.map((field) => {
    const text = value[field];
    if (typeof text === 'string' && text.trim() !== '') return [field, text.trim()];
    throw new GoalProblem(`${at}.${field}`, `is ${describe(text)}; expected text`);
  });
  return Object.fromEntries(entries) as EventDescription & Record<string, string>;
}
