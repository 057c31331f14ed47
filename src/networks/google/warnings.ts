import type { JsonObject } from '../../json.js';
import type { AcceptedIndexes, Outcome } from '../network.js';
import { readRemoteText } from '../remote-text.js';
import { describeViolation, listOf, readViolation } from './error-answer.js';
import { describeCounts, type ReasonCount } from './request-status.js';

/**
 * Adds the `fieldWarnings` of an accepted request to the outcomes of the events that they name;
 * those that name no event are about all. Warned events were taken and are not sent again
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
    else if (position < outcomes.length) addTo(named, position, words);
  }
  return outcomes.map((outcome, position) => {
    const own = named.get(position);
    const words = own === undefined ? shared : [...own, ...shared];
    return words.length === 0 ? outcome : withWarning(outcome, words);
  });
}

/**
 * Adds the `warningCounts` of a request's status to the events that Google names; to every event
 * where it only counts them.
 */
export function addCountWarnings(
  outcomes: Outcome[],
  warnings: readonly ReasonCount[],
  { positions, total }: AcceptedIndexes,
): Outcome[] {
  if (warnings.length === 0) return outcomes;
  const isNamed = warnings.every(
    (one) => one.positions.length > 0 && one.positions.every((at) => at < total),
  );
  const words = describeCounts(warnings) ?? '';
  if (!isNamed) return outcomes.map((outcome) => withWarning(outcome, [words]));
  const named = new Map<number, string[]>();
  for (const one of warnings)
    for (const position of new Set(one.positions)) addTo(named, position, one.reason);
  return outcomes.map((outcome, index) => {
    const reasons = named.get(positions[index] ?? -1);
    return reasons === undefined ? outcome : withWarning(outcome, [reasons.join(', ')]);
  });
}

function addTo(named: Map<number, string[]>, position: number, words: string): void {
  const known = named.get(position);
  if (known) known.push(words);
  else named.set(position, [words]);
}

function withWarning(outcome: Outcome, words: readonly string[]): Outcome {
  const warning = readRemoteText(`Google warns: ${words.join('; ')}`);
  return warning === undefined ? outcome : { ...outcome, warning };
}
