import type { VariableRules } from '../variables.js';

/** Form of a pixel code: `C4A7EXAMPLE0123456789`. */
export const PIXEL_CODE = {
  pattern: /^[A-Za-z0-9]{4,64}$/,
  words: 'a pixel code of letters and digits',
};
/** Events Manager shows codes such as `TEST12345`. */
const TEST_CODE = {
  pattern: /^[A-Za-z0-9_-]{1,64}$/,
  words: 'a test event code of letters and digits',
};

/** The variables of a connection to TikTok. */
export const TIKTOK_VARIABLES: VariableRules = {
  rules: [
    { suffix: 'ACCESS_TOKEN', field: 'accessToken' },
    { suffix: 'PIXEL_CODE', field: 'account', form: PIXEL_CODE },
    {
      suffix: 'TEST_EVENT_CODE',
      field: 'testCode',
      form: TEST_CODE,
      optional: true,
      overlays: true,
    },
  ],
};
