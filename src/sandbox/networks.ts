import type { NetworkName, PerNetwork } from '../networks/names.js';
import { createAppLovinSandbox } from './applovin/applovin.js';
import { APPLOVIN_SEED } from './applovin/seed.js';
import { createAmazonSandbox } from './amazon/amazon.js';
import { AMAZON_SEED } from './amazon/seed.js';
import { createGoogleSandbox } from './google/google.js';
import { GOOGLE_SEED } from './google/seed.js';
import { createMetaSandbox } from './meta/meta.js';
import { META_SEED } from './meta/seed.js';
import { createRedditSandbox } from './reddit/reddit.js';
import { createPinterestSandbox } from './pinterest/pinterest.js';
import { PINTEREST_SEED } from './pinterest/seed.js';
import { REDDIT_SEED } from './reddit/seed.js';
import type { SandboxNetwork, SandboxTools } from './sandbox-network.js';
import type { SandboxSeed } from './seed.js';
import { SNAPCHAT_SEED } from './snapchat/seed.js';
import { createSnapchatSandbox } from './snapchat/snapchat.js';
import { TIKTOK_SEED } from './tiktok/seed.js';
import { createTikTokSandbox } from './tiktok/tiktok.js';
import { X_SEED } from './x/seed.js';
import { createXSandbox } from './x/x.js';

interface Played {
  make(tools: SandboxTools): SandboxNetwork;
  seed: SandboxSeed;
}

/** The networks that the sandbox plays; a new one is a folder here and a line in this table. */
const PLAYED: PerNetwork<Played> = {
  amazon: { make: createAmazonSandbox, seed: AMAZON_SEED },
  meta: { make: createMetaSandbox, seed: META_SEED },
  tiktok: { make: createTikTokSandbox, seed: TIKTOK_SEED },
  google: { make: createGoogleSandbox, seed: GOOGLE_SEED },
  reddit: { make: createRedditSandbox, seed: REDDIT_SEED },
  x: { make: createXSandbox, seed: X_SEED },
  snapchat: { make: createSnapchatSandbox, seed: SNAPCHAT_SEED },
  pinterest: { make: createPinterestSandbox, seed: PINTEREST_SEED },
  applovin: { make: createAppLovinSandbox, seed: APPLOVIN_SEED },
};

/** What each network that is played has granted already. */
export const SANDBOX_SEEDS: readonly SandboxSeed[] = Object.values(PLAYED).map(({ seed }) => seed);

/** Creates the sandboxes of the given networks, or of all. */
export function createNetworks(
  tools: SandboxTools,
  names?: readonly NetworkName[],
): SandboxNetwork[] {
  const chosen = names ?? (Object.keys(PLAYED) as NetworkName[]);
  return chosen.flatMap((name) => PLAYED[name]?.make(tools) ?? []);
}
