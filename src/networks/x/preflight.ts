import type { Connection } from '../connection.js';
import type { CheckResult, Preflight } from '../preflight.js';

/** Checks of X that send no conversions. Account and token are checked as in `connect`. */
export const preflight: Preflight = {
  origins: () => ['https://ads-api.x.com'],
  checkConfig: (connection) => [classifyGrant(connection)],
};

/**
 * X speaks of retiring OAuth 1.0a; a partner names December 2026 (docs/reference/x.md#login).
 */
function classifyGrant({ clientId }: Connection): CheckResult {
  if (clientId === undefined) {
    return {
      id: 'api-version',
      result: 'pass',
      message: 'The connection uses a pixel token and version 12 of the API, both current.',
    };
  }
  return {
    id: 'api-version',
    result: 'warn',
    message:
      'The connection uses OAuth 1.0a keys, which X is retiring. A partner names December 2026.',
    why:
      'After that, nothing is sent. Connect again with a pixel token from Events Manager. ' +
      'Mappings are kept.',
    next: 'postback connect x',
  };
}
