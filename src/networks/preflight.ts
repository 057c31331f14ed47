import type { Mapping } from '../goals/goal.js';
import type { HttpClient } from '../http/http.js';
import type { Connection } from './connection.js';

/** Result of a check of `doctor`. */
export interface CheckResult {
  /** A word for scripts, such as `definitions`. */
  id: string;
  result: 'pass' | 'warn' | 'fail';
  /** The result in a sentence. */
  message: string;
  /** Why it matters, in a sentence; for what did not pass. */
  why?: string;
  /** The command that fixes it. */
  next?: string;
  /**
   * Which exit code a failure asks for: the grant is refused, or the network could not be asked.
   * Absent: a check did not hold.
   */
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
  /** Access token as passed to the channel. */
  accessToken: string;
  /** The active goals. */
  goals: readonly PreflightGoal[];
  /** Milliseconds since the epoch. */
  nowMs: number;
  signal?: AbortSignal;
}

/** Read-only checks of a network. */
export interface Preflight {
  /**
   * Origins that conversions go to: each is asked whether it answers, and what time it is there.
   */
  origins(connection: Connection): readonly string[];
  /** Checks without requests: API versions that end, limits of the grant. Pure. */
  checkConfig?(connection: Connection, nowMs: number): CheckResult[];
  /**
   * Asks the network: scopes, account, what goals are mapped to. Absent: the check of `connect` is
   * made.
   * @throws ConnectionFault when there is no answer; AbortError.
   */
  checkLive?(call: PreflightCall): Promise<CheckResult[]>;
}
