import type { Connector } from '../connector.js';
import { checkMetaGrant } from './grant-check.js';
import { makeMetaLogin } from './login.js';
import { findPixels } from './pixel-list.js';
import { PIXEL_ID } from './variables.js';

/** Meta: Facebook Login and a pixel chosen from the list, or a token that somebody made in Events Manager. */
export const metaConnector: Connector = {
  pasted: 'access',
  hasTestCode: true,
  accountWord: 'pixel',
  accountFlag: '--pixel',
  tokenPlace: 'Events Manager > your dataset > Settings > Conversions API > Generate access token',
  checkAccount: (account) => (PIXEL_ID.test(account) ? undefined : 'expected digits only, as Events Manager shows it'),
  makeLogin: makeMetaLogin,
  findAccounts: findPixels,
  checkGrant: checkMetaGrant,
};
