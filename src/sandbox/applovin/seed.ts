import type { SandboxSeed } from '../seed.js';

/** The Conversion API key of the sandbox's pixel. Secret in form only. */
export const SANDBOX_APPLOVIN_KEY = 'sandbox-applovin-conversion-api-key';
export const SANDBOX_APPLOVIN_PIXEL = 'sandbox-event-key';

/** What `--sandbox` is connected to. Axon has no event for a wish list. */
export const APPLOVIN_SEED: SandboxSeed = {
  connection: {
    network: 'applovin',
    account: SANDBOX_APPLOVIN_PIXEL,
    accountName: 'Sandbox pixel',
  },
  secrets: { accessToken: SANDBOX_APPLOVIN_KEY },
  mappings: { 'wishlist-add': 'view_item' },
};
