import { checkLog } from '../log/integrity.js';
import { fail, pass, type Check } from './check.js';
import { formatBytes } from './disk.js';

/** Looks whether the delivery log can be opened and is whole. */
export function checkDeliveryLog(path: string, workspace: string): Check {
  const { bytes, problem, hint } = checkLog(path, workspace);
  if (bytes === undefined) return pass('log', 'There is no delivery log yet: nothing was sent from here.');
  if (problem === undefined) return pass('log', `The delivery log is whole (${formatBytes(bytes)}, ${path}).`);
  return fail('log', problem, { why: hint ?? 'Nothing can be sent without it.', next: 'postback config path' });
}
