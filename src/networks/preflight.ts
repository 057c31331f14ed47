import type { Mapping } from '../goals/goal.js';
import type { HttpClient } from '../http/http.js';
import type { Connection } from './connection.js';

/** What one check of `doctor` found. */
export interface Finding {
  /** A word for scripts, such as `definitions`. */
  id: string;
  result: 'pass' | 'warn' | 'fail';
  /** What was found, in a sentence. */
  message: string;
  /** Why it matters, in a sentence; for what did not pass. */
  why?: string;
  /** The command that mends it. */
  next?: string;
  /** Which exit code a failure asks for: the grant is refused, or the network could not be asked. Absent: a check did not hold. */
  kind?: 'auth' | 'network';
}

/** A goal as a network is asked about it. */
export interface PreflightGoal {
  id: string;
  /** Absent where it is not mapped. */
  mapping?: Mapping;
  test?: Mapping;
}

export interface PreflightCall {
  http: HttpClient;
  connection: Connection;
  /** As the channel is given it. */
  accessToken: string;
  /** The active goals. */
  goals: readonly PreflightGoal[];
  /** Milliseconds since the epoch. */
  nowMs: number;
  signal?: AbortSignal;
}

/** What one network can be asked before anything is sent to it. Nothing here changes anything there. */
export interface Preflight {
  /** Origins that conversions go to: each is asked whether it answers, and what time it is there. */
  origins(connection: Connection): readonly string[];
  /** What is known without asking: contracts that end, traps of the kind of grant. Pure. */
  foresee?(connection: Connection, nowMs: number): Finding[];
  /**
   * Asks the network: scopes, account, what goals are mapped to. Absent: the check of `connect` is made.
   * @throws ConnectionFault when there is no answer; AbortError.
   */
  examine?(call: PreflightCall): Promise<Finding[]>;
}
