import type { NetworkName } from '../networks/names.js';
import type { GateName } from './gates.js';

/** What one gate made of an event: one element of `gates` in the result of `explain`. */
export interface ExplainedGate {
  gate: GateName;
  result: 'pass' | 'stop';
  /**
   * Of the goal and the network whose postback the gate judged; absent where it judged the event.
   */
  goal?: string;
  network?: NetworkName;
  reason?: string;
  message?: string;
  /** The field that `incomplete_event` misses. */
  field?: string;
  saw: string;
  rule: string;
  /** The page that gives the reason for the rule. */
  source: string;
}

/** What became of an event, or what would become of a line if it were sent now. */
export type ExplainVerdict = 'sent' | 'not_sent' | 'pending' | 'failed';

/** State of one postback of an event. */
export interface EvaluatedPostback {
  state: 'pending' | 'delivered' | 'failed' | 'skipped';
  reason?: string | null;
}

/** The verdict on an event, and the reason where it was not simply sent. */
export interface Evaluation {
  verdict: ExplainVerdict;
  reason?: string;
}

const VERDICTS = { pending: 'pending', failed: 'failed', delivered: 'sent' } as const;

/**
 * Returns the verdict on an event of the log: the state of its postbacks, the one that needs
 * attention first. Where none was sent, the reason is that of the gate that stopped the event.
 * Pure.
 */
export function evaluateLogged(
  postbacks: readonly EvaluatedPostback[],
  gates: readonly ExplainedGate[],
): Evaluation {
  for (const state of ['pending', 'failed', 'delivered'] as const) {
    const found = postbacks.find((postback) => postback.state === state);
    if (!found) continue;
    const reason = state === 'delivered' ? undefined : (found.reason ?? undefined);
    return { verdict: VERDICTS[state], ...(reason === undefined ? {} : { reason }) };
  }
  return withReason('not_sent', gates);
}

/**
 * Returns the verdict on a line: `sent` where `send` would make a postback of it. A line that the
 * log knows already has the state that its postbacks have there, with the reason `duplicate`. Pure.
 * @param known states of the postbacks that the log has of this event
 */
export function evaluateLine(
  planned: number,
  gates: readonly ExplainedGate[],
  known: readonly EvaluatedPostback[] = [],
): Evaluation {
  if (planned > 0) return { verdict: 'sent' };
  const { verdict } = evaluateLogged(known, gates);
  return verdict === 'not_sent' ? withReason(verdict, gates) : { verdict, reason: 'duplicate' };
}

/**
 * The last gate that stopped: earlier ones stopped other goals or networks, which the last one took
 * over.
 */
function withReason(verdict: ExplainVerdict, gates: readonly ExplainedGate[]): Evaluation {
  const reason = gates.find(({ result }) => result === 'stop')?.reason;
  return { verdict, ...(reason === undefined ? {} : { reason }) };
}
