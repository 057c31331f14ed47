import { fixOf, type Refusal } from '../networks/fix.js';
import { describeRefusal } from '../networks/guidance.js';
import type { Outcome } from '../networks/network.js';
import type { AccountQueueDeps } from './account-queue-types.js';

/** What is known in addition to the outcome: what to do, where an error says it. */
export type RefusalDetails = Pick<Refusal, 'action' | 'next'>;

/** Makes a refusal of an outcome, counts it for the summary and puts it into words. */
export function noteRefusal(
  { channel, clock, tally, grantSource }: AccountQueueDeps,
  outcome: Outcome,
  details: RefusalDetails = {},
): { refusal: Refusal; message: string } {
  const { kind, reason, message } = outcome;
  const refusal: Refusal = {
    network: channel.network,
    account: channel.account,
    atMs: clock.now(),
    kind,
    reason,
    ...(message === undefined ? {} : { said: message }),
    ...details,
    fix: fixOf(outcome),
  };
  const guidance = describeRefusal(refusal, grantSource);
  tally.refuse(refusal, guidance);
  return { refusal, message: `${guidance.problem} ${guidance.action}` };
}

/** Writes a refusal down, so that other commands can say it. */
export function recordRefusal({ log, channel }: AccountQueueDeps, refusal: Refusal): Promise<void> {
  return log.recordRefusal(refusal, channel.isForLists === true);
}
