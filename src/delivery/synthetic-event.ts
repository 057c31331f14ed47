import type { ConversionEvent } from '../events/conversion-event.js';
import { FieldProblem } from '../events/field-problem.js';
import { readAudienceMessage } from '../events/formats/audience.js';
import type { Condition } from '../goals/filter.js';
import { meetsCondition, parseCondition } from '../goals/filter.js';
import type { ConversionGoal } from '../goals/goal.js';
import type { JsonObject } from '../json.js';
import { isBuiltInName, type NetworkName } from '../networks/names.js';
import { profileOf } from '../networks/profiles.js';

export interface SyntheticOptions {
  /**
   * What is new about each one, so that none is a duplicate: part of its id and of its player's.
   */
  unique: string;
  nowMs: number;
  /** Whether it is a test event; else networks count it. */
  test: boolean;
  /** What an ordinary line needs at the network; absent: what the network's profile says. */
  properties?: JsonObject;
}

/** A made-up conversion as an Audience message, or why none can be made. */
export type SyntheticEvent = { message: JsonObject; event: ConversionEvent } | { problem: string };

/**
 * A conversion that the goal counts and whose click the network owns, of a person who plainly does
 * not exist. It carries what an ordinary line needs and no more, so that a test cannot pass where
 * an ordinary event fails. Values that filters ask for are found by trying what they name.
 */
export function makeSyntheticEvent(
  goal: ConversionGoal,
  network: NetworkName,
  { unique, nowMs, test, properties: needed }: SyntheticOptions,
): SyntheticEvent {
  const id = `postback-test-${unique}`;
  const makeMessage = (properties: JsonObject): JsonObject => ({
    type: 'track',
    messageId: id,
    eventTimestamp: new Date(nowMs).toISOString(),
    anonymousId: id,
    eventName: goal.event,
    consentLevel: 'full',
    ...(test ? { test: true } : {}),
    properties,
  });
  const own = isBuiltInName(network) ? profileOf(network).syntheticProperties : {};
  let properties: JsonObject = { ...MONEY, ...(needed ?? own) };
  for (const [field, conditions] of groupByField(goal)) {
    const tries = listCandidates(conditions).map((value) => ({ ...properties, [field]: value }));
    const found = [properties, ...tries].find((one) => meetsAll(makeMessage(one), conditions));
    if (!found)
      return {
        problem:
          'counts no event that we could make up: nothing meets ' +
          conditions.map(({ text }) => text).join(' and '),
      };
    properties = found;
  }
  const message = makeMessage(properties);
  return { message, event: readAudienceMessage(message) };
}

/** What every purchase carries; other goals may filter by it. */
const MONEY: JsonObject = { value: '1.00', currency: 'USD' };

function groupByField({ filters }: ConversionGoal): Map<string, Condition[]> {
  const groups = new Map<string, Condition[]>();
  for (const filter of filters) {
    const parsed = parseCondition(filter);
    // Goals are checked when they are read.
    if ('problem' in parsed) continue;
    const { condition } = parsed;
    groups.set(condition.field, [...(groups.get(condition.field) ?? []), condition]);
  }
  return groups;
}

/** Values around those that the conditions name, the likeliest first. */
function listCandidates(conditions: readonly Condition[]): unknown[] {
  const operands = conditions.flatMap((condition) => condition.operands);
  const numbers = operands.flatMap(({ text, number }) => (number ? [Number(text)] : []));
  const around = numbers.flatMap((number) => [
    number + 1,
    number - 1,
    number + 0.01,
    number - 0.01,
    number / 2,
    number * 2,
  ]);
  const between = numbers.flatMap((one) => numbers.map((two) => (one + two) / 2));
  const decimals = [...around, ...between]
    .filter(Number.isFinite)
    .map((number) => String(Number(number.toFixed(6))));
  const texts = operands.map(({ text }) => text);
  return [...texts, ...decimals, 'test', ...texts.map((text) => `${text}-test`), texts.join(' ')];
}

function meetsAll(message: JsonObject, conditions: readonly Condition[]): boolean {
  try {
    const event = readAudienceMessage(message);
    return conditions.every((condition) => meetsCondition(event, condition));
  } catch (error) {
    if (error instanceof FieldProblem) return false;
    throw error;
  }
}
