import type { PartialAnswer } from './exchange.js';

/** The places that a fault leaves out of an answer about `accepted`. */
export function pickOmitted(
  accepted: readonly number[],
  partialAnswer: PartialAnswer | undefined,
): ReadonlySet<number> {
  const left = [...accepted];
  const omitted = new Set<number>();
  while (partialAnswer && omitted.size < partialAnswer.count && left.length > 0) {
    omitted.add(left.splice(partialAnswer.pick(left.length), 1)[0]!);
  }
  return omitted;
}
