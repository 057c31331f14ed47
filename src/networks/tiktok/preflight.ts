import type { Preflight } from '../preflight.js';
import { TIKTOK_API } from './addresses.js';

/** What is known of TikTok before conversions are sent; account and token are checked as `connect` checks them. */
export const preflight: Preflight = {
  origins: () => [new URL(TIKTOK_API.track).origin],
  foresee: () => [
    {
      id: 'api-version',
      result: 'pass',
      message: 'Events API 2.0 (v1.3) is spoken, the current one; no end is known.',
    },
  ],
};
