import type { Preflight } from '../preflight.js';
import { API_URL } from './addresses.js';

/** Checks of Reddit that send no conversions. Account and token are checked as in `connect`. */
export const preflight: Preflight = {
  origins: () => [new URL(API_URL).origin],
  // v2 is deprecated and still accepted (docs/reference/reddit.md#request).
  checkConfig: () => [
    {
      id: 'api-version',
      result: 'pass',
      message: 'The connection uses Conversions API v3, the current version. v2 is deprecated.',
    },
  ],
};
