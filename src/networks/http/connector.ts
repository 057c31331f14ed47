import type { Connector } from '../connector.js';

/** An endpoint is connected by its template; there is no grant and no list of accounts. */
export const endpointConnector: Connector = {
  by: 'token',
  pasted: 'access',
  accountWord: 'host',
  accountFlag: '--account',
  tokenHelp: 'variables that the template names',
};
