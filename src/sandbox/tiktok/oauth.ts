import type { OAuthConfig } from '../oauth/config.js';
import { answerApi, answerStatus, CODES } from './answers.js';
import {
  SANDBOX_TIKTOK_APP_ID,
  SANDBOX_TIKTOK_APP_SECRET,
  seededTikTokToken,
  TIKTOK_USERS,
} from './seed.js';

const HOSTS = ['business-api.tiktok.com'];
const SHAPE = { length: 40, encoding: 'hex' } as const;
/** What the permissions of the application are called in tokens: its portal has names instead. */
const PERMISSIONS = [4, 15];

const missing = {
  code: CODES.invalidParameter,
  words: '{value}: Missing data for required field.',
};

/**
 * The business portal: `/portal/auth`, and `oauth2/access_token`, which takes JSON. No PKCE, no
 * scope: permissions are the application's. No official page is public; the sandbox follows the
 * documentation of pitchfire.app (2026-11-30).
 */
export const TIKTOK_OAUTH: OAuthConfig = {
  clients: [{ id: SANDBOX_TIKTOK_APP_ID, secret: SANDBOX_TIKTOK_APP_SECRET }],
  users: TIKTOK_USERS,
  granted: TIKTOK_USERS.map(({ name }) => ({
    user: name,
    accessTokens: [seededTikTokToken(name)],
  })),
  // No official page says how long a code is good; third-party pages say an hour.
  codes: { shape: SHAPE, lifeMs: 60 * 60 * 1000, usedUpBy: 'success' },
  accessTokens: { shape: SHAPE, lifeS: Infinity },
  authorize: {
    hosts: HOSTS,
    path: '/portal/auth',
    login: 'TikTok for Business',
    network: 'TikTok',
    clientParameter: 'app_id',
    permissions: {
      'Ad Account Management': 'read advertiser accounts',
      'Measurement > Report Conversion Event': 'report conversions of pixels',
    },
    refusals: [
      { when: 'client', words: 'This app does not exist.' },
      {
        when: 'return_url',
        words: 'The redirect URL is not one of those registered for this app.',
      },
      // What the real portal does on a refusal is not documented.
      { when: 'denied', returns: { error: 'access_denied' } },
      { when: 'decision', words: 'The decision must be allow or deny.' },
      { when: 'user', words: 'The sandbox has no such user.' },
    ],
    problemPage: {
      title: 'TikTok for Business (sandbox)',
      heading: 'Something went wrong',
      paragraphs: [{ text: '{words}' }],
    },
    // The portal gives the code under both names.
    answer: { code: ['auth_code', 'code'] },
  },
  token: {
    hosts: HOSTS,
    path: '/open_api/v1.3/oauth2/access_token/',
    methods: ['POST'],
    reads: 'json',
    clientIn: 'parameters',
    names: { client_id: 'app_id', client_secret: 'secret', code: 'auth_code' },
    grantTypes: {},
    otherwise: 'code',
    refusals: [
      { when: 'body', code: CODES.invalidParameter, words: 'Invalid JSON.' },
      { when: 'no_client', ...missing },
      { when: 'no_client_secret', ...missing },
      { when: 'no_code', ...missing },
      {
        when: 'client_secret',
        code: CODES.invalidParameter,
        words: 'app_id or secret is incorrect.',
      },
      { when: 'code_used', code: CODES.wrongCode, words: 'Auth_code is used.' },
      { when: 'code_expired', code: CODES.wrongCode, words: 'Auth_code is expired.' },
      { when: 'code', code: CODES.wrongCode, words: 'Auth_code is invalid.' },
    ],
    answerRefusal: (tools, { code = CODES.internal, words = '' }) => answerApi(tools, code, words),
    answerTokens(tools, { accessToken, grant }) {
      const user = TIKTOK_USERS.find(({ name }) => name === grant.user)!;
      return answerApi(tools, 0, 'OK', {
        access_token: accessToken,
        scope: PERMISSIONS,
        advertiser_ids: user.advertisers.map(({ id }) => id),
      });
    },
    refuse: answerStatus,
  },
};
