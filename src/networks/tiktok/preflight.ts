import type { Preflight } from '../preflight.js';
import { TIKTOK_API } from './addresses.js';

/** Checks of TikTok that send no conversions. Account and token are checked as in `connect`. */
export const preflight: Preflight = {
  origins: () => [new URL(TIKTOK_API.track).origin],
  checkConfig: () => [
    {
      id: 'api-version',
      result: 'pass',
      message:
        'The connection uses Events API 2.0 (v1.3), the current version. TikTok has not ' +
        'announced an end date.',
    },
  ],
};
