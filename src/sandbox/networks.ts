import type { NetworkName } from '../networks/names.js';
import { createAmazonSandbox } from './amazon/amazon.js';
import { AMAZON_SEED } from './amazon/seed.js';
import { createGoogleSandbox } from './google/google.js';
import { GOOGLE_SEED } from './google/seed.js';
import { createMetaSandbox } from './meta/meta.js';
import { META_SEED } from './meta/seed.js';
import { createRedditSandbox } from './reddit/reddit.js';
import { REDDIT_SEED } from './reddit/seed.js';
import type { SandboxNetwork, SandboxTools } from './sandbox-network.js';
import type { SandboxSeed } from './seed.js';
import { TIKTOK_SEED } from './tiktok/seed.js';
import { createTikTokSandbox } from './tiktok/tiktok.js';
import { X_SEED } from './x/seed.js';
import { createXSandbox } from './x/x.js';

interface Played {
  make(tools: SandboxTools): SandboxNetwork;
  seed: SandboxSeed;
}

/** The networks that the sandbox plays; a new one is a folder here and a line in this table. */
const PLAYED: Partial<Record<NetworkName, Played>> = {
  amazon: { make: createAmazonSandbox, seed: AMAZON_SEED },
  meta: { make: createMetaSandbox, seed: META_SEED },
  tiktok: { make: createTikTokSandbox, seed: TIKTOK_SEED },
  google: { make: createGoogleSandbox, seed: GOOGLE_SEED },
  reddit: { make: createRedditSandbox, seed: REDDIT_SEED },
  x: { make: createXSandbox, seed: X_SEED },
};

/** What each network that is played has granted already. */
export const SANDBOX_SEEDS: readonly SandboxSeed[] = Object.values(PLAYED).map(({ seed }) => seed);

/** The stand-ins of the networks named, or of all that are known. */
export function createNetworks(tools: SandboxTools, names?: readonly NetworkName[]): SandboxNetwork[] {
  const chosen = names ?? (Object.keys(PLAYED) as NetworkName[]);
  return chosen.flatMap((name) => PLAYED[name]?.make(tools) ?? []);
}
