import type { Refusal } from './fix.js';
import { describeTerms } from './fix.js';
import { findNetwork } from './registry.js';
import { trimEndOf } from '../text-ends.js';

/** Messages for a refusal, the same in all commands. */
export interface Guidance {
  /** What happened, in one or two sentences. */
  problem: string;
  /** What to do about it, in a sentence. */
  action: string;
  /** The command to run then. */
  next: string;
}

const REPLAY_PENDING = 'postback replay --state pending --all';
const DOCTOR = 'postback doctor';

/**
 * Describes what a network refused and what fixes it. Pure.
 * @param source where the grant is: `store`, `environment` or `sandbox`; what to renew depends on
 *   it
 */
export function describeRefusal(refusal: Refusal, source = 'store'): Guidance {
  const { action, next } = refusal;
  const guidance = describeFix(refusal, source);
  return {
    ...guidance,
    ...(action === undefined ? {} : { action }),
    ...(next === undefined ? {} : { next }),
  };
}

function describeFix(refusal: Refusal, source: string): Guidance {
  const { network, fix, reason } = refusal;
  const title = findNetwork(network)?.title ?? network;
  const said = refusal.said ?? reason;
  const words = `: ${trimEndOf(said, /[.\s]/)}.`;
  switch (fix.by) {
    case 'accept_terms':
      return { ...describeTerms(title, fix, said), next: REPLAY_PENDING };
    case 'permission':
      return {
        problem: `${title} does not permit this${words}`,
        action:
          `Give the user or token that permission at ${title}. Until then, postbacks stay ` +
          'pending. Mappings are kept.',
        next: DOCTOR,
      };
    case 'wait':
      return {
        problem: `${title} asks to wait ${describeWait(fix.untilMs - refusal.atMs)}${words}`,
        action: `Postbacks stay pending. Send them again after ${isoOf(fix.untilMs)}.`,
        next: REPLAY_PENDING,
      };
    case 'map':
      return {
        problem: `${title} does not accept the mapping of a goal${words}`,
        action:
          'Correct the mapping, then send the failed postbacks again: postback replay --state ' +
          'failed --all.',
        next: 'postback map',
      };
    case 'shared_cause':
      return {
        problem: `${title} rejected every event tried so far for the same reason${words}`,
        action:
          'The cause is something these events share. Correct it, then deliver the pending ' +
          'postbacks. If the events are correct, this is a bug in postback. Please report it.',
        next: REPLAY_PENDING,
      };
    case 'report':
      return {
        problem: `${title} rejected the form of the request, which is the same for every event${words}`,
        action: 'This is a bug in postback. Update it, or report the bug. Postbacks stay pending.',
        next: DOCTOR,
      };
    case 'check':
      return {
        problem: `${title} does not accept the account or the URL of the request${words}`,
        action: 'Check the account, the pixel and the region of the connection.',
        next: DOCTOR,
      };
    case 'nothing':
      return {
        problem: `${title} keeps failing${words}`,
        action: 'Postbacks stay pending.',
        next: REPLAY_PENDING,
      };
    case 'reconnect':
      return describeReconnect(refusal, title, words, source);
  }
}

function describeReconnect(
  { network, reason, fix }: Refusal,
  title: string,
  words: string,
  source: string,
): Guidance {
  const flags = fix.by === 'reconnect' && fix.flags !== undefined ? ` ${fix.flags}` : '';
  const isMalformed = reason === 'malformed_secret';
  const problem = isMalformed
    ? `${title} was not called${words}`
    : `${title} refuses the grant${words}`;
  if (source === 'environment') {
    const variables = `POSTBACK_${network.toUpperCase()}_*`;
    const action =
      `Put a valid grant into ${variables}, or unset them and run postback connect ` +
      `${network}${flags}.`;
    return { problem, action: `${action} Postbacks stay pending.`, next: DOCTOR };
  }
  return {
    problem,
    action: 'Connect again. Postbacks stay pending and mappings are kept.',
    next: `postback connect ${network}${flags}`,
  };
}

/**
 * A wait in the largest unit that leaves a number to two digits: `40 seconds`, `12 minutes`,
 * `30 hours`.
 */
function describeWait(ms: number): string {
  const units = [
    ['second', 1_000],
    ['minute', 60_000],
    ['hour', 3_600_000],
    ['day', 86_400_000],
  ] as const;
  const [unit, size] = units.findLast(([, bytes]) => ms >= bytes * 1.5) ?? units[0];
  const count = Math.max(1, Math.ceil(ms / size));
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
