import type { Connection } from '../networks/network.js';
import type { IO } from './io.js';
import { printRecord } from './table.js';

/** A connection as `connect --json` shows it: no secret is in it. */
export function connectionData(connection: Connection): Record<string, string | null> {
  const { network, account, accountName, region, api, profileId, connectedAt, grantExpiresAt } =
    connection;
  return {
    network,
    account,
    accountName: accountName ?? null,
    region: region ?? null,
    api: api ?? null,
    profileId: profileId ?? null,
    connectedAt: connectedAt ?? null,
    grantExpiresAt: grantExpiresAt ?? null,
  };
}

/** Shows a connection for people. */
export async function printConnection(io: IO, connection: Connection): Promise<void> {
  const { network, account, accountName, region, api, profileId, grantExpiresAt } = connection;
  await printRecord(io, [
    ['Network', network],
    ['Account', account],
    ['Name', accountName],
    ['Region', region],
    ['API', api],
    ['Profile', profileId],
    ['Consent ends', grantExpiresAt?.slice(0, 10)],
  ]);
}
