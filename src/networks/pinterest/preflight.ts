import type { Preflight } from '../preflight.js';
import { ORIGIN } from './account.js';

/** Checks of Pinterest that send no conversions. Account and token are checked as in `connect`. */
export const preflight: Preflight = {
  origins: () => [ORIGIN],
  checkConfig: () => [
    {
      id: 'api-version',
      result: 'pass',
      message: 'The connection uses API version 5, the current version.',
    },
  ],
};
