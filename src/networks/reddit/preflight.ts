import type { Preflight } from '../preflight.js';
import { API_URL } from './addresses.js';

/** What is known of Reddit before conversions are sent; account and token are checked as `connect` checks them. */
export const preflight: Preflight = {
  origins: () => [new URL(API_URL).origin],
  // v2 is deprecated and still accepted (networks.md section 1).
  foresee: () => [
    { id: 'api-version', result: 'pass', message: 'Conversions API v3 is spoken, the current one; v2 is deprecated.' },
  ],
};
