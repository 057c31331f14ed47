import type { Outcome } from '../../networks/network.js';
import type { EntryVerdict } from '../entry.js';

/**
 * Kind, reason, message and warning of the problem row of an entry. A delivered entry has nothing
 * but its warning.
 */
export function problemOf({
  status,
  outcome,
}: EntryVerdict): [string, string | null, string | null, string | null] {
  const { kind, reason, message = null, warning = null } = outcome;
  return status === 'success' ? [kind, null, null, warning] : [kind, reason, message, warning];
}

/**
 * The outcome that all entries share, when none was delivered: then it is stored once, in the
 * request's own row.
 */
export function findCommon(outcomes: readonly Outcome[]): Outcome | undefined {
  const first = outcomes[0];
  if (first === undefined || first.kind === 'delivered' || first.warning !== undefined)
    return undefined;
  return outcomes.every((outcome) => outcome === first) ? first : undefined;
}
