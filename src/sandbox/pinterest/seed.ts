import type { SandboxSeed } from '../seed.js';

/** The conversion token of the sandbox's ad account. Secret in form only. */
export const SANDBOX_PINTEREST_TOKEN = 'sandbox-pinterest-conversion-token';
export const SANDBOX_PINTEREST_ACCOUNT = '549755885175';
/** An ad account of somebody else: the token may not send to it. */
export const SANDBOX_PINTEREST_FOREIGN_ACCOUNT = '549755885176';

/** What `--sandbox` is connected to. */
export const PINTEREST_SEED: SandboxSeed = {
  connection: {
    network: 'pinterest',
    account: SANDBOX_PINTEREST_ACCOUNT,
    accountName: 'Sandbox ad account',
  },
  secrets: { accessToken: SANDBOX_PINTEREST_TOKEN },
};
