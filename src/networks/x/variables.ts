import type { VariableRules } from '../variables.js';
import { PIXEL_FORM } from './pixel.js';

/**
 * The variables of a connection to X: a pixel token, or the four values of
 * OAuth 1.0a.
 */
export const X_VARIABLES: VariableRules = {
  rules: [
    { suffix: 'PIXEL_TOKEN', field: 'accessToken' },
    { suffix: 'CONSUMER_KEY', field: 'clientId' },
    { suffix: 'CONSUMER_SECRET', field: 'clientSecret' },
    { suffix: 'ACCESS_TOKEN', field: 'accessToken' },
    { suffix: 'ACCESS_TOKEN_SECRET', field: 'tokenSecret' },
    { suffix: 'PIXEL_ID', field: 'account', form: PIXEL_FORM, lowered: true },
  ],
  choices: [
    ['PIXEL_TOKEN'],
    ['CONSUMER_KEY', 'CONSUMER_SECRET', 'ACCESS_TOKEN', 'ACCESS_TOKEN_SECRET'],
  ],
};
