import type { NetworkName } from './names.js';
import { trimEndOf } from '../text-ends.js';

/** How to make rejected postbacks deliverable. */
export type Fix =
  /** The grant is not valid any more, or lacks a scope: connect again. */
  | { by: 'reconnect'; flags?: string }
  /** The advertiser has to accept terms. `place`: where, as a path through the network's pages. */
  | { by: 'accept_terms'; terms: string; page: string }
  /** The grant is valid, and may not do this: the network's own words say what is missing. */
  | { by: 'permission' }
  /** The mapping of a goal is wrong. */
  | { by: 'map' }
  /** The network wants to be left alone until then, in milliseconds since the epoch. */
  | { by: 'wait'; untilMs: number }
  /** Every event fails for the same reason, so that the cause is in what all events share. */
  | { by: 'shared_cause' }
  /** The request itself is wrong for all events. This is a bug in postback. */
  | { by: 'report' }
  /** The account, the pixel or the region is not what the network expects. */
  | { by: 'check' }
  /** Only other events or time help. */
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
  /** Specific action and command, if more is known than the fix says. */
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

/**
 * Describes terms that are not accepted: what happened, and where to accept them. @param said the
 * network's words
 */
export function describeTerms(
  title: string,
  { terms, page }: AcceptTerms,
  said: string,
): Record<'problem' | 'action', string> {
  return {
    problem:
      `${title} accepts no conversions until the ${terms} are accepted: ` +
      `${trimEndOf(said, /[.\s]/)}.`,
    action: `Accept them once: ${page}. Until then, postbacks stay pending.`,
  };
}

/** The fix of a refusal for terms. */
export type AcceptTerms = Extract<Fix, { by: 'accept_terms' }>;
