import type { Preflight } from '../preflight.js';
import { GRAPH_URL, GRAPH_VERSION } from './graph.js';

/** What is known of Meta before conversions are sent; account and token are checked as `connect` checks them. */
export const preflight: Preflight = {
  origins: () => [new URL(GRAPH_URL).origin],
  // "At least 2 years" for the Conversions API (networks.md section 2).
  foresee: () => [
    {
      id: 'api-version',
      result: 'pass',
      message: `Graph API ${GRAPH_VERSION} is spoken, the current one; Meta keeps a version for at least two years.`,
    },
  ],
};
