import { locateLog, type LocateLogParts } from '../config/log-location.js';
import { systemClock } from '../clock.js';
import type { RunConfig } from '../config/run-config.js';
import { UsageError } from '../errors.js';
import { suggestNearMatches } from '../near-match.js';
import { REASON_WORDS } from './reasons.js';

/** Values of `--goal` and `--reason`. */
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
 * Refuses filter values that cannot match anything: goals that are neither configured nor in the
 * log, reasons that neither this program nor the log knows.
 * @throws UsageError with the nearest values
 */
export async function checkFilterValues(
  config: RunConfig,
  environment: LocateLogParts['environment'],
  { goal = [], reason = [] }: Wanted,
): Promise<void> {
  const configured = config.goals.map(({ id }) => id);
  const own = [...Object.keys(REASON_WORDS), ...OWN_REASONS];
  const isKnownReason = (value: string): boolean =>
    own.includes(value) || /^http_\d{3}$/.test(value);
  if (goal.every((id) => configured.includes(id)) && reason.every(isKnownReason)) return;
  const { readKnownValues } = await import('../report/log-rows.js');
  const location = locateLog({ config, environment, clock: systemClock });
  const inLog = await readKnownValues(location);
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
    hint: names.length === 0 ? 'None exist yet.' : `Known: ${names.slice(0, 30).join(', ')}.`,
  });
}
