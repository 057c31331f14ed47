import type { SandboxSeed } from '../seed.js';

/**
 * A pixel token that is there from the start, for {@link SANDBOX_X_PIXEL} alone. Secret in form
 * only.
 */
export const SANDBOX_X_PIXEL_TOKEN = 'sandbox-x-pixel-token';
export const SANDBOX_X_PIXEL = 'o8z6j';

/** A pixel of another account: the token and the user may not send to it. */
export const SANDBOX_X_FOREIGN_PIXEL = 'o9zzz';

/** The four values of OAuth 1.0a, of a user who is AD_MANAGER. */
export const SANDBOX_X_OAUTH = {
  consumerKey: 'sandbox-consumer-key',
  consumerSecret: 'sandbox-consumer-secret',
  token: '1-sandbox-access-token',
  tokenSecret: 'sandbox-access-token-secret',
} as const;

/**
 * Event tags of the pixel by what they are called; any other of five signs that begins with `o8`
 * exists as well.
 */
export const SANDBOX_X_TAGS = { purchase: 'o87ne', wishlist: 'o87nf', email: 'o87ng' } as const;

/** The base tag of the pixel. It is not a single event tag, so it cannot receive conversions. */
export const SANDBOX_X_BASE_TAG = 'o8uwt';

/** What `--sandbox` is connected to. */
export const X_SEED: SandboxSeed = {
  connection: { network: 'x', account: SANDBOX_X_PIXEL, accountName: 'Sandbox pixel' },
  secrets: { accessToken: SANDBOX_X_PIXEL_TOKEN },
  mappings: {
    'first-purchase': `tw-${SANDBOX_X_PIXEL}-${SANDBOX_X_TAGS.purchase}`,
    'wishlist-add': `tw-${SANDBOX_X_PIXEL}-${SANDBOX_X_TAGS.wishlist}`,
    'email-captured': `tw-${SANDBOX_X_PIXEL}-${SANDBOX_X_TAGS.email}`,
  },
};
