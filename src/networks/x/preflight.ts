import type { Connection } from '../connection.js';
import type { Finding, Preflight } from '../preflight.js';

/** What is known of X before conversions are sent; account and token are checked as `connect` checks them. */
export const preflight: Preflight = {
  origins: () => ['https://ads-api.x.com'],
  foresee: (connection) => [judgeGrant(connection)],
};

/** X speaks of retiring OAuth 1.0a; a partner names December 2026 (networks.md section 6, row "Auth 2"). */
function judgeGrant({ clientId }: Connection): Finding {
  if (clientId === undefined) {
    return { id: 'api-version', result: 'pass', message: 'A pixel token and version 12 are used, the current ones.' };
  }
  return {
    id: 'api-version',
    result: 'warn',
    message: 'The four keys of OAuth 1.0a are used. X is retiring them; a partner names December 2026.',
    why: 'After that nothing is sent. A pixel token of Events Manager takes their place; mappings are kept.',
    next: 'postback connect x',
  };
}
