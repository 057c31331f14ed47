import type { NetworkName } from './names.js';
import { trimEndOf } from '../text-ends.js';

/** What makes postbacks deliverable that a network refused. */
export type Fix =
  /** The grant is not valid any more, or lacks a scope: connect again. */
  | { by: 'reconnect'; flags?: string }
  /** The advertiser has to accept terms. `place`: where, as a path through the network's pages. */
  | { by: 'accept_terms'; terms: string; place: string }
  /** The grant is valid, and may not do this: the network's own words say what is missing. */
  | { by: 'permission' }
  /** What a goal is called at the network is wrong. */
  | { by: 'map' }
  /** The network wants to be left alone until then, in milliseconds since the epoch. */
  | { by: 'wait'; untilMs: number }
  /** Every event fails for the same reason, so that the cause is in what all events share. */
  | { by: 'shared_cause' }
  /** The request itself is wrong, whatever the events: postback has to be corrected. */
  | { by: 'report' }
  /** The account, the pixel or the region is not what the network expects. */
  | { by: 'check' }
  /** Nothing but other events, or time. */
  | { by: 'nothing' };

/** Why a network takes nothing more for now, with all that is needed to say so later. Pure JSON. */
export interface Refusal {
  network: NetworkName;
  account: string;
  /** Milliseconds since the epoch. */
  atMs: number;
  /** Kind of the outcome. */
  kind: string;
  reason: string;
  /** The network's own words, cleaned. */
  said?: string;
  /** What to do about it and the command for it, where more is known than the fix says. */
  action?: string;
  next?: string;
  fix: Fix;
}

/** Returns what fixes an outcome: what its answer was read to say, else what its kind implies. */
export function fixOf({ kind, fix }: { kind: string; fix?: Fix }): Fix {
  if (fix) return fix;
  if (kind === 'credential') return { by: 'reconnect' };
  return { by: kind === 'configuration' ? 'check' : 'nothing' };
}

/** Describes terms that are not accepted: what happened, and where to accept them. @param said the network's words */
export function describeTerms(
  title: string,
  { terms, place }: AcceptTerms,
  said: string,
): Record<'problem' | 'action', string> {
  return {
    problem: `${title} takes nothing until the ${terms} are accepted: ${trimEndOf(said, /[.\s]/)}.`,
    action: `Accept them once: ${place}. What waits is kept until then.`,
  };
}

/** The fix of a refusal for terms. */
export type AcceptTerms = Extract<Fix, { by: 'accept_terms' }>;
