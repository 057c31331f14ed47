import type { Connected } from '../accounts/connections.js';
import type { TokenSource } from '../accounts/tokens.js';
import { PostbackError } from '../errors.js';
import type { Connection, AnyNetwork } from '../networks/network.js';
import { fail, pass, warn, type Check } from './check.js';

const DAY_MS = 24 * 3_600_000;
/** How long before its end a consent is spoken of. */
const SOON_MS = 30 * DAY_MS;

/** A token to ask the network with, or why there is none. */
export interface Granted {
  check: Check;
  accessToken?: string;
}

/**
 * Renews the access token, as a run would, where the network renews them: a grant that was revoked
 * shows here.
 */
export async function checkToken(
  { credentials }: Connected,
  network: AnyNetwork,
  tokens: TokenSource,
  signal?: AbortSignal,
): Promise<Granted> {
  const { connection, refreshToken, accessToken } = credentials;
  const renews = refreshToken !== undefined && network.findLogin?.(connection) !== undefined;
  try {
    if (!renews) {
      const token = await tokens.accessToken(signal);
      return {
        check: pass(
          'token',
          'The connection has an access token, which this network does not refresh.',
        ),
        accessToken: token,
      };
    }
    const token = await tokens.renew(accessToken?.reveal() ?? '', signal);
    return {
      check: pass('token', 'The grant is valid: the access token was refreshed.'),
      accessToken: token,
    };
  } catch (error) {
    if (!(error instanceof PostbackError)) throw error;
    const isNetwork = error.kind === 'network';
    const more = {
      why: error.hint ?? 'Nothing can be sent without it. Postbacks stay pending.',
      next: error.next ?? (isNetwork ? 'postback doctor' : `postback connect ${network.name}`),
      kind: isNetwork ? ('network' as const) : ('auth' as const),
    };
    return { check: fail('token', error.message, more) };
  }
}

/** Says when the consent ends, where that is known. */
export function checkGrantEnd({ network, grantExpiresAt }: Connection, nowMs: number): Check[] {
  if (grantExpiresAt === undefined) return [];
  const leftMs = Date.parse(grantExpiresAt) - nowMs;
  const day = grantExpiresAt.slice(0, 10);
  const next = `postback connect ${network}`;
  const why = 'After that, nothing is sent. Connecting again keeps mappings.';
  if (leftMs <= 0)
    return [fail('grant', `The consent ended on ${day}.`, { why, next, kind: 'auth' })];
  const days = Math.ceil(leftMs / DAY_MS);
  if (leftMs <= SOON_MS)
    return [warn('grant', `The consent ends on ${day}, in ${days} days.`, { why, next })];
  return [pass('grant', `The consent ends on ${day}, in ${days} days.`)];
}
