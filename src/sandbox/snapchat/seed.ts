import type { SandboxSeed } from '../seed.js';

/** The token of the sandbox's pixel and app. Secret in form only. */
export const SANDBOX_SNAPCHAT_TOKEN = 'sandbox-snapchat-conversions-token';
export const SANDBOX_SNAPCHAT_PIXEL = '5bf81ee1-15b1-4dc1-b636-d7dae49b950e';
export const SANDBOX_SNAPCHAT_APP = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';

/** What `--sandbox` is connected to. */
export const SNAPCHAT_SEED: SandboxSeed = {
  connection: {
    network: 'snapchat',
    account: SANDBOX_SNAPCHAT_PIXEL,
    accountName: 'Sandbox pixel',
  },
  secrets: { accessToken: SANDBOX_SNAPCHAT_TOKEN },
};
