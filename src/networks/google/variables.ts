import type { VariableRules } from '../variables.js';
import { CUSTOMER_ID_WORDS, toCustomerId } from './customer-id.js';

const CUSTOMER = { pattern: /^\d{10}$/, words: CUSTOMER_ID_WORDS };

/** The variables of a connection to Google. */
export const GOOGLE_VARIABLES: VariableRules = {
  rules: [
    { suffix: 'CLIENT_ID', field: 'clientId' },
    { suffix: 'CLIENT_SECRET', field: 'clientSecret' },
    { suffix: 'REFRESH_TOKEN', field: 'refreshToken' },
    { suffix: 'CUSTOMER_ID', field: 'account', form: CUSTOMER, normalise: toCustomerId },
    {
      suffix: 'LOGIN_CUSTOMER_ID',
      field: 'loginAccount',
      form: CUSTOMER,
      normalise: toCustomerId,
      optional: true,
    },
  ],
};
