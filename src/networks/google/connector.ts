import type { Connector } from '../connector.js';
import { CUSTOMER_ID_WORDS, isCustomerId, toCustomerId } from './customer-id.js';
import { checkCustomer } from './grant-check.js';
import { GOOGLE_PROFILE } from './profile.js';
import { makeGoogleLogin, TESTING_LASTS_DAYS } from './login.js';

/**
 * Google Ads: consent for the Data Manager API. Its scope lists no accounts, so the customer id is
 * named or asked for.
 */
export const googleConnector: Connector = {
  pasted: 'refresh',
  ...GOOGLE_PROFILE.connect,
  tokenHelp:
    'OAuth playground (developers.google.com/oauthplayground) with your own OAuth client, or ' +
    'another machine where the same client is connected',
  makeLogin: makeGoogleLogin,
  normaliseAccount: toCustomerId,
  checkAccount: (account) => (isCustomerId(account) ? undefined : `expected ${CUSTOMER_ID_WORDS}`),
  checkGrant: checkCustomer,
  notes: [
    'If the consent screen of your Google Cloud project is in publishing status "Testing", ' +
      `Google ends this grant after ${TESTING_LASTS_DAYS} days. Publish it (Google Cloud console ` +
      '> Google Auth Platform > Audience > Publish app), then connect again, because an earlier ' +
      'grant keeps its short lifetime.',
    'Google counts a conversion only after it has processed the request, half an hour to a day ' +
      'later. Until then postbacks are pending (processing). postback send --wait waits for the ' +
      'result, and postback replay --state pending --all checks again.',
  ],
};
