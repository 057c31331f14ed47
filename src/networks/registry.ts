import { amazon } from './amazon/amazon.js';
import { applovin } from './applovin/applovin.js';
import type { Connection } from './connection.js';
import { google } from './google/google.js';
import { makeEndpointNetwork } from './http/endpoint.js';
import { meta } from './meta/meta.js';
import type { EndpointTemplate } from './http/template.js';
import { isEndpointName, type EndpointName, type NetworkName } from './names.js';
import type { AnyNetwork } from './network.js';
import { pinterest } from './pinterest/pinterest.js';
import { reddit } from './reddit/reddit.js';
import { snapchat } from './snapchat/snapchat.js';
import { tiktok } from './tiktok/tiktok.js';
import { x } from './x/x.js';

/** Every network that this version can send to, apart from the endpoints of templates. */
export const NETWORKS: readonly AnyNetwork[] = [
  amazon,
  meta,
  tiktok,
  google,
  reddit,
  x,
  snapchat,
  pinterest,
  applovin,
];

/**
 * Every network that postbacks can go to: those of this version, and the endpoints of templates.
 */
export function listNetworks(
  endpoints: ReadonlyMap<EndpointName, EndpointTemplate>,
): readonly AnyNetwork[] {
  return [
    ...NETWORKS,
    ...[...endpoints].map(([name, template]) => makeEndpointNetwork(name, template)),
  ];
}

/**
 * The network of that name, or undefined where this version does not send to it yet. An endpoint
 * is known by its name alone; {@link bindNetwork} adds what its template says.
 */
export function findNetwork(name: NetworkName): AnyNetwork | undefined {
  if (isEndpointName(name)) return makeEndpointNetwork(name);
  return NETWORKS.find((network) => network.name === name);
}

/** The network of a connection, with what the connection says of it. */
export function networkOf(connection: Connection): AnyNetwork | undefined {
  const network = findNetwork(connection.network);
  return network?.bind?.(connection) ?? network;
}
