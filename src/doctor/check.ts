import type { CheckResult } from '../networks/preflight.js';
import type { NetworkName } from '../networks/names.js';

/** A check of `doctor` of this machine or of one network. */
export interface Check extends CheckResult {
  network?: NetworkName;
}

/** A check that held. */
export function pass(id: string, message: string): Check {
  return { id, result: 'pass', message };
}

/** A check that held for now, or did not and stops nothing yet. */
export function warn(id: string, message: string, more: { why: string; next?: string }): Check {
  return { id, result: 'warn', message, ...more };
}

/** A check that did not hold. */
export function fail(
  id: string,
  message: string,
  more: Pick<Check, 'why' | 'next' | 'kind'>,
): Check {
  return { id, result: 'fail', message, ...more };
}
