import type { JsonObject } from '../../json.js';
import type { AcceptedPlaces, Outcome } from '../network.js';
import { readRemoteText } from '../remote-text.js';
import { describeViolation, listOf, readViolation } from './error-answer.js';
import { describeCounts, type ReasonCount } from './request-status.js';

/**
 * Adds the `fieldWarnings` of an accepted request to the outcomes of the events that they name; those that
 * name no event are about all. Warned events were taken and are not sent again
 * (https://developers.google.com/data-manager/api release notes, v1.8 of 2026-07-30).
 */
export function addFieldWarnings(outcomes: Outcome[], body: JsonObject): Outcome[] {
  const warnings = listOf(body['fieldWarnings']).map(readViolation);
  if (warnings.length === 0) return outcomes;
  const shared: string[] = [];
  const named = new Map<number, string[]>();
  for (const warning of warnings) {
    const { position } = warning;
    const words = describeViolation(warning);
    if (position === undefined) shared.push(words);
    else if (position < outcomes.length) named.set(position, [...(named.get(position) ?? []), words]);
  }
  const common = shared.length === 0 ? undefined : withWarning(outcomes[0] as Outcome, shared);
  return outcomes.map((outcome, position) => {
    const own = named.get(position);
    return own === undefined ? (common ?? outcome) : withWarning(outcome, [...own, ...shared]);
  });
}

/**
 * Adds the `warningCounts` of a request's status to the events that Google names; to every event where it
 * only counts them.
 */
export function addCountWarnings(
  outcomes: Outcome[],
  warnings: readonly ReasonCount[],
  { positions, total }: AcceptedPlaces,
): Outcome[] {
  if (warnings.length === 0) return outcomes;
  const isNamed = warnings.every((one) => one.positions.length > 0 && one.positions.every((at) => at < total));
  const words = describeCounts(warnings) ?? '';
  return outcomes.map((outcome, index) => {
    if (!isNamed) return withWarning(outcome, [words]);
    const own = warnings.filter((one) => one.positions.includes(positions[index] ?? -1));
    return own.length === 0 ? outcome : withWarning(outcome, [own.map(({ reason }) => reason).join(', ')]);
  });
}

function withWarning(outcome: Outcome, words: readonly string[]): Outcome {
  const warning = readRemoteText(`Google warns: ${words.join('; ')}`);
  return warning === undefined ? outcome : { ...outcome, warning };
}
