import { answerJson } from '../exchange.js';
import type { OAuthConfig } from '../oauth/config.js';
import { answerError, answerStatus } from './answers.js';
import { makeGraphError } from './scripted-errors.js';
import {
  META_SCOPES,
  META_USERS,
  SANDBOX_META_APP_ID,
  SANDBOX_META_APP_SECRET,
  SANDBOX_META_SENDER_TOKEN,
  SANDBOX_META_TOKEN,
} from './seed.js';

/**
 * Seconds: one to two hours for a user's first token, about 60 days once exchanged
 * (https://developers.facebook.com/docs/facebook-login/guides/access-tokens, 2026-11-30).
 */
const SHORT_LIFE_S = 5_400;
const LONG_LIFE_S = 5_183_944;

const missing = { code: 100, words: 'Missing {value} parameter.' };

/** What Meta says against an access token, wherever one is given. */
export const META_TOKEN_REFUSALS = {
  missing: { code: 104, words: 'An access token is required to request this resource.' },
  revoked: {
    code: 190,
    subcode: 458,
    words: `Error validating access token: The user has not authorized application ${SANDBOX_META_APP_ID}.`,
  },
  expired: {
    code: 190,
    subcode: 463,
    words: 'Error validating access token: Session has expired.',
  },
  unknown: { code: 190, words: 'Malformed access token {value}' },
} as const;

/**
 * Facebook Login. Its token endpoint gives a short-lived token for a code, and for that a
 * long-lived one (`fb_exchange_token`).
 */
export const META_OAUTH: OAuthConfig = {
  clients: [{ id: SANDBOX_META_APP_ID, secret: SANDBOX_META_APP_SECRET }],
  users: META_USERS,
  granted: [
    { user: META_USERS[0]!.name, scopes: META_SCOPES, accessTokens: [SANDBOX_META_TOKEN] },
    { user: META_USERS[0]!.name, accessTokens: [SANDBOX_META_SENDER_TOKEN] },
  ],
  // Codes are good for minutes and one use; how many minutes is not documented.
  codes: {
    shape: { prefix: 'AQ', length: 40, encoding: 'base64url' },
    lifeMs: 10 * 60 * 1000,
    usedUpBy: 'success',
  },
  accessTokens: { shape: { prefix: 'EAA', length: 120, encoding: 'hex' }, lifeS: SHORT_LIFE_S },
  authorize: {
    hosts: ['www.facebook.com'],
    path: '/:version/dialog/oauth',
    login: 'Facebook Login',
    network: 'Meta',
    clientParameter: 'client_id',
    scopes: { known: META_SCOPES, separator: /[\s,]+/ },
    permissions: {
      ads_management: 'report conversions and manage ads',
      business_management: 'see the businesses of the user',
      ads_read: 'read ad accounts and their pixels',
    },
    refusals: [
      {
        when: 'client',
        words: 'Invalid App ID: The provided app ID does not look like one.',
      },
      {
        when: 'return_url',
        words:
          'URL blocked: This redirect failed because the redirect URI is not white-listed in the ' +
          "app's Client OAuth Settings.",
      },
      { when: 'response_type', words: 'The response type {value} is not supported.' },
      { when: 'scope', words: 'Invalid Scopes: {value}.' },
      {
        when: 'denied',
        returns: {
          error: 'access_denied',
          error_code: '200',
          error_description: 'Permissions error',
          error_reason: 'user_denied',
        },
      },
      { when: 'decision', words: 'The decision must be allow or deny.' },
      { when: 'user', words: 'The sandbox has no such user.' },
    ],
    problemPage: {
      title: 'Facebook Login (sandbox)',
      heading: 'Facebook Login error',
      paragraphs: [{ text: '{words}' }],
    },
    // Facebook ends every redirect like this.
    answer: { code: ['code'], fragment: '_=_' },
  },
  token: {
    hosts: ['graph.facebook.com'],
    path: '/:version/oauth/access_token',
    methods: ['GET', 'POST'],
    reads: 'form',
    clientIn: 'parameters',
    grantTypes: { fb_exchange_token: 'access' },
    otherwise: 'code',
    access: { parameter: 'fb_exchange_token', lifeS: LONG_LIFE_S },
    refusals: [
      { when: 'no_client', ...missing, code: 101 },
      { when: 'no_client_secret', ...missing, code: 101 },
      {
        when: 'client',
        code: 101,
        words: 'Error validating application. Cannot get application info due to a system error.',
      },
      // The code of an unknown error, and no status of one.
      { when: 'client_secret', status: 400, code: 1, words: 'Error validating client secret.' },
      { when: 'no_code', ...missing },
      { when: 'no_return_url', ...missing },
      {
        when: 'code_used',
        code: 100,
        subcode: 36_009,
        words: 'This authorization code has been used.',
      },
      {
        when: 'code_expired',
        code: 100,
        subcode: 36_007,
        words: 'This authorization code has expired.',
      },
      { when: 'code', code: 100, words: 'Invalid verification code format.' },
      {
        when: 'return_url',
        code: 100,
        subcode: 36_008,
        words:
          'Error validating verification code. Please make sure your redirect_uri is identical to ' +
          'the one you used in the OAuth dialog request',
      },
      { when: 'no_token', ...META_TOKEN_REFUSALS.missing },
      { when: 'token_revoked', ...META_TOKEN_REFUSALS.revoked },
      { when: 'token_expired', ...META_TOKEN_REFUSALS.expired },
      { when: 'token', ...META_TOKEN_REFUSALS.unknown },
    ],
    answerRefusal(tools, { status, code = 1, subcode, words = '' }) {
      const error = { code, message: words, ...(subcode === undefined ? {} : { subcode }) };
      if (status === undefined) return answerError(tools, error);
      return answerError(tools, { ...error, isTransient: false }, status);
    },
    answerTokens: (_tools, { accessToken, lifeS }) =>
      answerJson(200, { access_token: accessToken, token_type: 'bearer', expires_in: lifeS }),
    refuse: answerStatus,
    refuseCode: (tools, code, message) => answerError(tools, makeGraphError(code, message)),
  },
};
