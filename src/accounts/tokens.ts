import type { HttpAnswer } from '../http/http.js';

/**
 * Gives access tokens for one connection. Delivery asks before each request; a token near its end
 * is refreshed first, by one process at a time.
 */
export interface TokenSource {
  /**
   * A token good for at least a minute more.
   * @throws AuthError when the grant is refused; NetworkError when the token endpoint cannot be
   *   reached.
   */
  accessToken(signal?: AbortSignal): Promise<string>;
  /**
   * Called on a 401: gets a newer token than `stale` (another process may have done so already).
   * Throws as above.
   */
  renew(stale: string, signal?: AbortSignal): Promise<string>;
  /** Remembers that the network refused the grant, so that `status` shows `credential_failures`. */
  reportRefused(answer: Pick<HttpAnswer, 'status'>): Promise<void>;
}
