/** The pace of accounts that the runs of several machines share. */
export interface SharedPace {
  /**
   * Waits for the turn of one request of an account.
   * @throws the reason of `signal` when it aborts; InternalError when the log cannot be asked
   */
  wait(account: string, requestsPerSecond: number, signal: AbortSignal): Promise<void>;
  /** Lets no request of an account leave for some time, because its network asked for that. */
  rest(account: string, restMs: number): Promise<void>;
}
