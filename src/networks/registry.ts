import { amazon } from './amazon/amazon.js';
import { google } from './google/google.js';
import { meta } from './meta/meta.js';
import type { NetworkName } from './names.js';
import type { Network } from './network.js';
import { reddit } from './reddit/reddit.js';
import { tiktok } from './tiktok/tiktok.js';
import { x } from './x/x.js';

/** Every network that this version can send to. */
export const NETWORKS: readonly Network[] = [amazon, meta, tiktok, google, reddit, x];

/** The network of that name, or undefined where this version does not send to it yet. */
export function findNetwork(name: NetworkName): Network | undefined {
  return NETWORKS.find((network) => network.name === name);
}
