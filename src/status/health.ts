import type { NetworkActivity } from '../log/network-activity.js';
import type { Credentials } from '../accounts/credentials.js';

/**
 * The health of a connection as the product shows it
 * (docs/reference/product.md#health-of-a-connection): nothing to say, "Credential failures
 * detected", or "No recent activity".
 */
export type Health = 'ok' | 'credential_failures' | 'no_recent_activity';

/**
 * Evaluates the health of a connection. Credential failures: the network refused the grant, and
 * there was no delivery or new connection since then. No recent activity: there is no delivery
 * history yet. The product does not define "recent", so a refusal counts until a delivery or a new
 * connection disproves it.
 */
export function evaluateHealth(
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
