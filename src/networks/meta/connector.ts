import type { Connector } from '../connector.js';
import { checkMetaGrant } from './grant-check.js';
import { makeMetaLogin } from './login.js';
import { findPixels } from './pixel-list.js';
import { META_PROFILE } from './profile.js';
import { PIXEL_ID } from './variables.js';

/** Meta: Facebook Login with a pixel chosen from a list, or a token from Events Manager. */
export const metaConnector: Connector = {
  pasted: 'access',
  ...META_PROFILE.connect,
  tokenHelp: 'Events Manager > your dataset > Settings > Conversions API > Generate access token',
  checkAccount: (account) =>
    PIXEL_ID.test(account) ? undefined : 'expected digits only, as Events Manager shows it',
  makeLogin: makeMetaLogin,
  findAccounts: findPixels,
  checkGrant: checkMetaGrant,
};
