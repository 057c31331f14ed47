import type { VariableRules } from '../variables.js';
import { ACCOUNT_FORM } from './account.js';

/** The variables of a connection to Pinterest. */
export const PINTEREST_VARIABLES: VariableRules = {
  rules: [
    { suffix: 'ACCESS_TOKEN', field: 'accessToken' },
    { suffix: 'AD_ACCOUNT_ID', field: 'account', form: ACCOUNT_FORM },
  ],
};
