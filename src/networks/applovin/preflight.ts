import type { Preflight } from '../preflight.js';
import { ORIGIN } from './pixel.js';

/** Checks of AppLovin that send no conversions. The key is checked as in `connect`. */
export const preflight: Preflight = {
  origins: () => [ORIGIN],
  checkConfig: () => [
    {
      id: 'api-version',
      result: 'pass',
      message: 'The connection uses version 1 of the Conversion API, the current version.',
    },
  ],
};
