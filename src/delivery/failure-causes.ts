import { formatMapping } from '../goals/mapping.js';
import { fixOf } from '../networks/fix.js';
import type { NetworkName } from '../networks/names.js';
import type { Outcome, OutcomeKind, Outgoing } from '../networks/network.js';
import { argumentWords } from '../shell-word.js';

/** Maximum number of causes that a summary names; what comes after them is in the counts alone. */
const NAMED_CAUSES = 20;

/** Why postbacks of one goal failed at a network, and what fixes it: part of a summary. */
export interface FailureCause {
  network: NetworkName;
  goal: string;
  kind: OutcomeKind;
  reason: string;
  /** The network's words; null where it said nothing. */
  message: string | null;
  /** What the goal is mapped to, where the mapping may be wrong. */
  mapping?: string;
  /** Number of postbacks. */
  count: number;
  /** The command that shows or fixes the cause. */
  next: string;
}

/** A postback that failed permanently. */
export interface FailedPostback {
  outgoing: Outgoing;
  outcome: Outcome;
}

/** Groups the failures of a run by goal and reason. Memory is bounded by the number of causes. */
export class FailureCauses {
  /** The causes, the first found first. */
  readonly list: FailureCause[] = [];
  readonly #byKey = new Map<string, FailureCause>();

  /** Counts one failure. */
  add({ outgoing, outcome }: FailedPostback): void {
    const { network, goal } = outgoing.postback;
    const key = JSON.stringify([network, goal, outcome.reason, outcome.message]);
    const known = this.#byKey.get(key);
    if (known) known.count++;
    else if (this.list.length < NAMED_CAUSES) {
      const cause = describeCause(outgoing, outcome);
      this.#byKey.set(key, cause);
      this.list.push(cause);
    }
  }
}

/** Returns the command that maps a goal again. */
export function suggestMapping({
  goal,
  network,
  test,
}: Pick<Outgoing['postback'], 'goal' | 'network' | 'test'>): string {
  const flag = test ? ' --test' : '';
  return `postback map ${goal} ${network} DEFINITION_ID${flag}`;
}

function describeCause({ postback, mapping }: Outgoing, outcome: Outcome): FailureCause {
  const { network, goal, eventId, test, membership } = postback;
  const { kind, reason, message = null } = outcome;
  const cause = { network, goal, kind, reason, message, count: 1 };
  const fix = fixOf(outcome).by;
  if (fix === 'map' && !membership) {
    const next = suggestMapping({ goal, network, test });
    return { ...cause, mapping: formatMapping(mapping), next };
  }
  if (fix === 'check') return { ...cause, next: 'postback doctor' };
  return { ...cause, next: `postback explain ${argumentWords(eventId)}` };
}
