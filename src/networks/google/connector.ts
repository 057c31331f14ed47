import type { Connector } from '../connector.js';
import { CUSTOMER_ID_WORDS, isCustomerId, toCustomerId } from './customer-id.js';
import { checkCustomer } from './grant-check.js';
import { makeGoogleLogin, TESTING_LASTS_DAYS } from './login.js';

/** Google Ads: consent for the Data Manager API. Its scope lists no accounts, so the customer id is named or asked for. */
export const googleConnector: Connector = {
  pasted: 'refresh',
  accountWord: 'customer',
  accountFlag: '--customer',
  tokenPlace:
    'an OAuth client of your own at developers.google.com/oauthplayground, or another machine where the same client is connected',
  makeLogin: makeGoogleLogin,
  normaliseAccount: toCustomerId,
  checkAccount: (account) => (isCustomerId(account) ? undefined : `expected ${CUSTOMER_ID_WORDS}`),
  checkGrant: checkCustomer,
  remarks: [
    `If the consent screen of your Google Cloud project is in publishing status "Testing", Google ends this grant after ${TESTING_LASTS_DAYS} days. Publish it (Google Cloud console > Google Auth Platform > Audience > Publish app), then connect again: the grant given before stays a short one.`,
    'Google counts a conversion only after it has processed the request, half an hour to a day later. Until then postbacks are pending (processing); postback send --wait waits, and postback replay asks again.',
  ],
};
