import { ConfigError } from '../errors.js';
import { isPrivateAddress } from '../http/private-address.js';
import type { Connection } from './connection.js';

/** Names that always mean this machine (RFC 6761, section 6.3). */
const LOOPBACK_NAME = /(?:^|\.)localhost\.?$/i;

/** Whether a host is, by its text alone, one that is not public. */
export function isPrivateHost(hostname: string): boolean {
  return LOOPBACK_NAME.test(hostname) || isPrivateAddress(hostname);
}

/**
 * Refuses an endpoint whose host is a private address or a name of this machine. What a name
 * resolves to is checked by the HTTP client, with each connection.
 * @throws ConfigError
 */
export function refusePrivateHost({ template, allowsPrivate, network }: Connection): void {
  if (!template || allowsPrivate) return;
  const { hostname } = new URL(template.url);
  if (isPrivateHost(hostname)) throw refusePrivate(network, hostname, hostname);
}

/** The error for an endpoint whose host is not public. @param address what it resolves to */
export function refusePrivate(network: string, hostname: string, address: string): ConfigError {
  const resolved = address === hostname ? '' : `, which resolves to ${address}`;
  return new ConfigError(
    'private_address',
    `The endpoint ${network} is at ${hostname}${resolved}: a loopback, private or link-local ` +
      'address.',
    {
      hint:
        'Postbacks go to public hosts only, so that a template cannot reach services of this ' +
        'network. Use --allow-private if this endpoint is yours.',
    },
  );
}
