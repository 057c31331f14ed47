import type { SandboxRequest } from '../exchange.js';
import { pickOmitted } from '../partial-answer.js';
import type { Problem } from './field-checks.js';

/** What became of the events of one request, by their place in it. */
export interface ValidatedBatch {
  accepted: number[];
  rejected: { index: number; problems: Problem[] }[];
}

/**
 * Judges the events one by one. Those accepted are given to `keep`, apart from what a fault leaves
 * out of the answer without taking it.
 */
export function validateBatch(
  request: SandboxRequest,
  events: readonly unknown[],
  validate: (event: unknown) => Problem[],
  keep: (index: number) => void,
): ValidatedBatch {
  const batch: ValidatedBatch = { accepted: [], rejected: [] };
  for (const [index, event] of events.entries()) {
    const problems = validate(event);
    if (problems.length === 0) batch.accepted.push(index);
    else batch.rejected.push({ index, problems });
  }
  const omitted = pickOmitted(batch.accepted, request.partialAnswer);
  for (const index of batch.accepted)
    if (!omitted.has(index) || request.partialAnswer?.accepted) keep(index);
  return { ...batch, accepted: batch.accepted.filter((index) => !omitted.has(index)) };
}
