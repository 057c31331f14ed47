import type { Preflight } from '../preflight.js';
import { ORIGIN } from './asset.js';

/** Checks of Snapchat that send no conversions. Account and token are checked as in `connect`. */
export const preflight: Preflight = {
  origins: () => [ORIGIN],
  checkConfig: () => [
    {
      id: 'api-version',
      result: 'pass',
      message: 'The connection uses Conversions API v3, the current version.',
    },
  ],
};
