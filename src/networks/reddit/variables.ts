import type { VariableRules } from '../variables.js';
import { PIXEL_FORM } from './pixel.js';

/**
 * The variables of a connection to Reddit: a conversion token, which does
 * not end.
 */
export const REDDIT_VARIABLES: VariableRules = {
  rules: [
    { suffix: 'ACCESS_TOKEN', field: 'accessToken' },
    { suffix: 'PIXEL_ID', field: 'account', form: PIXEL_FORM },
    { suffix: 'TEST_ID', field: 'testCode', optional: true, overlays: true },
  ],
};
