import type { VariableRules } from '../variables.js';
import { PIXEL_FORM } from './pixel.js';

/** The variables of a connection to AppLovin. */
export const APPLOVIN_VARIABLES: VariableRules = {
  rules: [
    { suffix: 'API_KEY', field: 'accessToken' },
    { suffix: 'PIXEL_ID', field: 'account', form: PIXEL_FORM },
  ],
};
