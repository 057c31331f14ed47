import type { VariableRules } from '../variables.js';

const REGION = { pattern: /^(?:na|eu|fe)$/, words: 'na, eu or fe' };
const API = { pattern: /^(?:capi-v1|events-api)$/, words: 'capi-v1 or events-api' };
const ID = { pattern: /^[A-Za-z0-9._-]+$/, words: 'an id of letters and digits' };

/** The variables of a connection to Amazon. */
export const AMAZON_VARIABLES: VariableRules = {
  forConnect: ['CLIENT_ID', 'CLIENT_SECRET'],
  rules: [
    { suffix: 'CLIENT_ID', field: 'clientId' },
    { suffix: 'CLIENT_SECRET', field: 'clientSecret' },
    { suffix: 'REFRESH_TOKEN', field: 'refreshToken' },
    { suffix: 'REGION', field: 'region', form: REGION, lowered: true },
    { suffix: 'ACCOUNT', field: 'account', form: ID },
    { suffix: 'PROFILE_ID', field: 'profileId', form: ID, optional: true },
    { suffix: 'API', field: 'api', form: API, lowered: true, optional: true, fallback: 'capi-v1' },
  ],
};
