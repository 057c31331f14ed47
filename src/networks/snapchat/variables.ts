import type { VariableRules } from '../variables.js';
import { ASSET_FORM } from './asset.js';

/** The variables of a connection to Snapchat: a token, and a pixel or an app. */
export const SNAPCHAT_VARIABLES: VariableRules = {
  rules: [
    { suffix: 'ACCESS_TOKEN', field: 'accessToken' },
    { suffix: 'PIXEL_ID', field: 'account', form: ASSET_FORM, lowered: true },
    {
      suffix: 'SNAP_APP_ID',
      field: 'account',
      form: ASSET_FORM,
      lowered: true,
      implies: { api: 'app' },
    },
  ],
  choices: [['PIXEL_ID'], ['SNAP_APP_ID']],
};
