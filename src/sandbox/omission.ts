import type { Omission } from './exchange.js';

/** The places that a fault leaves out of an answer about `accepted`. */
export function pickOmitted(
  accepted: readonly number[],
  omission: Omission | undefined,
): ReadonlySet<number> {
  const left = [...accepted];
  const omitted = new Set<number>();
  while (omission && omitted.size < omission.count && left.length > 0) {
    omitted.add(left.splice(omission.pick(left.length), 1)[0]!);
  }
  return omitted;
}
