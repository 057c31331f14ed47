import type { VariableRules } from '../variables.js';

/** Pixel ids (datasets) are numbers of 15 or 16 digits today; no length is documented. */
export const PIXEL_ID = /^\d{5,20}$/;

/**
 * The variables of a connection to Meta. A test code alone holds for the
 * stored connection.
 */
export const META_VARIABLES: VariableRules = {
  rules: [
    { suffix: 'ACCESS_TOKEN', field: 'accessToken' },
    {
      suffix: 'PIXEL_ID',
      field: 'account',
      form: { pattern: PIXEL_ID, words: 'a pixel id of digits' },
    },
    {
      suffix: 'TEST_EVENT_CODE',
      field: 'testCode',
      form: { pattern: /^[\w-]{1,64}$/, words: 'a code such as TEST12345' },
      optional: true,
      overlays: true,
    },
  ],
};
