import { join } from 'node:path';
import type { Directories } from '../../src/config/directories.js';
import type { RunConfig } from '../../src/config/run-config.js';
import { UsageError } from '../../src/errors.js';
import { suggestNearMatches } from '../../src/near-match.js';
import { REASON_WORDS } from './reasons.js';

/** What `--goal` and `--reason` ask for. */
interface Wanted {
  goal?: readonly string[] | undefined;
  reason?: readonly string[] | undefined;
}

/** Reasons that this program gives beyond those of skips. */
const OWN_REASONS = [
  'stopped',
  'interrupted',
  'replayed',
  'processing',
  'waits_for_its_turn',
  'network_rests',
  'expired',
];

/**
 * Refuses filter values that cannot match anything: goals that are neither configured nor in the log, reasons that neither this
 * program nor the log knows.
 * @throws UsageError with the nearest values
 */
export async function checkFilterValues(
  { goals, workspace }: RunConfig,
  { data }: Pick<Directories, 'data'>,
  { goal = [], reason = [] }: Wanted,
): Promise<void> {
  const configured = goals.map(({ id }) => id);
  const own = [...Object.keys(REASON_WORDS), ...OWN_REASONS];
  const isKnownReason = (value: string): boolean => own.includes(value) || /^http_\d{3}$/.test(value);
  if (goal.every((id) => configured.includes(id)) && reason.every(isKnownReason)) return;
  const { listKnownValues } = await import('../../src/report/known-values.js');
  const inLog = listKnownValues(join(data, workspace.value, 'delivery.db'), workspace.value);
  refuseUnknown({ what: 'goal', code: 'unknown_goal' }, goal, [...configured, ...inLog.goals]);
  refuseUnknown(
    { what: 'reason', code: 'unknown_reason' },
    reason.filter((value) => !isKnownReason(value)),
    [...own, ...inLog.reasons],
  );
}

function refuseUnknown(
  { what, code }: { what: string; code: string },
  wanted: readonly string[],
  known: readonly string[],
): void {
  const unknown = wanted.find((value) => !known.includes(value));
  if (unknown === undefined) return;
  const names = [...new Set(known)];
  const message = `Unknown ${what} ${JSON.stringify(unknown)}.${suggestNearMatches(unknown, names)}`;
  throw new UsageError(code, message, {
    hint: names.length === 0 ? 'There is none yet.' : `Known: ${names.slice(0, 30).join(', ')}.`,
  });
}
