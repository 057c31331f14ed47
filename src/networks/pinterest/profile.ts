import { SYNTHETIC_CLICK, type NetworkProfile } from '../profile.js';
import { PINTEREST_VARIABLES } from './variables.js';

/** What Pinterest declares for the rest of the program. */
export const PINTEREST_PROFILE = {
  name: 'pinterest',
  title: 'Pinterest Conversions API',
  brand: 'Pinterest',
  clickIds: ['epik'],
  // The tag keeps the click id of the landing page in the cookie `_epik`
  // (docs/reference/pinterest.md#click-id).
  clickAliases: { _epik: 'epik' },
  sourcesWithMedium: ['pinterest'],
  destinations: { parts: ['pinterest'] },
  // Pinterest takes no event without an email address, a mobile id, or IP address and user agent.
  // example.com is reserved (RFC 2606).
  syntheticProperties: { epik: SYNTHETIC_CLICK, email: 'test@example.com' },
  connect: { by: 'token', accountWord: 'ad account', accountFlag: '--account' },
  variables: PINTEREST_VARIABLES,
} as const satisfies NetworkProfile;
