import type { Summary } from './tally.js';

type Counts = Pick<Summary, 'delivered' | 'failed' | 'pending' | 'skipped' | 'skips'>;

/** Number of skip reasons that are named. */
const NAMED_REASONS = 3;

/**
 * Returns a sentence that says why a run sent nothing, such as `All 40 were skipped:
 * consent_unknown 40.`; undefined where it sent something or read nothing. A run that met
 * duplicates is left out: what it would have sent was sent before. Pure.
 */
export function describeAllSkipped(counts: Counts): string | undefined {
  const { delivered, failed, pending, skipped, skips } = counts;
  if (skipped === 0 || delivered + failed + pending > 0) return undefined;
  if ((skips.duplicate ?? 0) > 0) return undefined;
  const reasons = Object.entries(skips).sort(([, a], [, b]) => b - a);
  const named = reasons.slice(0, NAMED_REASONS).map(([reason, number]) => `${reason} ${number}`);
  const rest = reasons.length > NAMED_REASONS ? ' and others' : '';
  const all = skipped === 1 ? 'The only one was skipped' : `All ${skipped} were skipped`;
  return `${all}: ${named.join(', ')}${rest}.`;
}
