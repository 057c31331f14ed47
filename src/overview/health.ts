import type { Credentials } from '../accounts/credentials.js';
import type { NetworkActivity } from '../log/activity.js';

/**
 * The health of a connection as the product shows it (seeds/conversion-postbacks.md, "Health status"): nothing to say,
 * "Credential failures detected", or "No recent activity".
 */
export type Health = 'ok' | 'credential_failures' | 'no_recent_activity';

/**
 * Judges a connection. Credential failures: the network refused the grant, and nothing was delivered and nobody has
 * connected anew since. No recent activity: there is no delivery history yet. The product does not say how old "recent" is
 * (product-behaviour.md D6): a refusal counts until something disproves it.
 */
export function judgeHealth(
  { connection, refused }: Pick<Credentials, 'connection' | 'refused'>,
  activity: NetworkActivity | undefined,
): Health {
  if (refused) return 'credential_failures';
  const { lastRefusalMs, lastDeliveryMs = 0, lastAttemptMs } = activity ?? {};
  const connectedMs = connection.connectedAt === undefined ? 0 : Date.parse(connection.connectedAt);
  if (lastRefusalMs !== undefined && lastRefusalMs > Math.max(lastDeliveryMs, connectedMs))
    return 'credential_failures';
  return lastAttemptMs === undefined ? 'no_recent_activity' : 'ok';
}
