import { answerJson } from '../exchange.js';
import type { OAuthConfig } from '../oauth/config.js';
import { hasOwnName, refuseLogin } from './answers.js';
import {
  REDDIT_USERS,
  SANDBOX_REDDIT_CLIENT_ID,
  SANDBOX_REDDIT_CLIENT_SECRET,
  SANDBOX_REDDIT_OLD_TOKEN,
  SANDBOX_REDDIT_TOKEN,
  TOKEN_USER,
} from './seed.js';

const HOSTS = ['www.reddit.com'];
const invalidGrant = { status: 400, error: 'invalid_grant' };

/**
 * The login of www.reddit.com, whose token endpoint takes HTTP Basic for the application
 * (https://ads-api.reddit.com/docs/v3/, 2026-11-30).
 */
export const REDDIT_OAUTH: OAuthConfig = {
  clients: [{ id: SANDBOX_REDDIT_CLIENT_ID, secret: SANDBOX_REDDIT_CLIENT_SECRET }],
  users: REDDIT_USERS,
  // The conversion token of Events Manager.
  granted: [
    {
      user: TOKEN_USER,
      scopes: ['adsconversions'],
      accessTokens: [SANDBOX_REDDIT_TOKEN, SANDBOX_REDDIT_OLD_TOKEN],
    },
  ],
  // "Within 10 minutes, exchange the code", and once.
  codes: {
    shape: { length: 27, encoding: 'base64url' },
    lifeMs: 10 * 60 * 1000,
    usedUpBy: 'attempt',
  },
  accessTokens: {
    shape: { prefix: 'eyJ', length: 48, encoding: 'base64url' },
    lifeS: 24 * 60 * 60,
  },
  // Older ones stay good, as Reddit says that they are permanent.
  refreshTokens: {
    shape: { length: 48, encoding: 'base64url', suffix: '-refresh' },
    askedBy: { name: 'duration', value: 'permanent' },
    renewal: 'another',
  },
  authorize: {
    hosts: HOSTS,
    path: '/api/v1/authorize',
    login: 'Reddit',
    network: 'Reddit',
    clientParameter: 'client_id',
    scopes: {
      known: ['adsconversions', 'adsread', 'adsedit', 'adsdatadeletion'],
      separator: /[\s,]+/,
    },
    permissions: {
      adsconversions: 'send conversion events',
      adsread: 'read ad accounts and pixels',
    },
    options: [{ name: 'duration', values: ['temporary', 'permanent'] }],
    // On a page where the return URL cannot be trusted, else by redirect.
    refusals: [
      { when: 'client', words: 'invalid client id.' },
      { when: 'return_url', words: 'invalid redirect_uri parameter.' },
      { when: 'no_state', words: 'missing state parameter.' },
      { when: 'no_response_type', returns: { error: 'unsupported_response_type' } },
      { when: 'response_type', returns: { error: 'unsupported_response_type' } },
      { when: 'no_scope', returns: { error: 'invalid_scope' } },
      { when: 'scope', returns: { error: 'invalid_scope' } },
      { when: 'option', returns: { error: 'invalid_request' } },
      { when: 'denied', returns: { error: 'access_denied' } },
      { when: 'decision', words: 'the decision must be allow or deny.' },
      { when: 'user', words: 'the sandbox has no such user.' },
      { when: 'fault', words: 'try again in a minute' },
    ],
    problemPage: {
      title: 'reddit.com (sandbox)',
      heading: 'bad request (reddit.com)',
      paragraphs: [{ text: 'you sent an invalid request' }, { text: '— {words}' }],
    },
    answer: { code: ['code'] },
  },
  token: {
    hosts: HOSTS,
    path: '/api/v1/access_token',
    methods: ['POST'],
    reads: 'form',
    clientIn: 'basic',
    grantTypes: { authorization_code: 'code', refresh_token: 'refresh' },
    mayAsk: hasOwnName,
    refusals: [
      { when: 'agent', status: 429 },
      { when: 'client_secret', status: 401 },
      { when: 'media_type', status: 415 },
      { when: 'grant_type', status: 400, error: 'unsupported_grant_type' },
      { when: 'code', ...invalidGrant },
      { when: 'return_url', ...invalidGrant },
      { when: 'refresh_token', ...invalidGrant },
    ],
    answerRefusal: (_tools, { status = 400, error }) =>
      error === undefined ? refuseLogin(status) : answerJson(status, { error }),
    answerTokens: (_tools, { accessToken, lifeS, refreshToken, grant }) =>
      answerJson(200, {
        access_token: accessToken,
        token_type: 'bearer',
        expires_in: lifeS,
        scope: grant.scopes.join(' '),
        refresh_token: refreshToken,
      }),
    refuse: (_tools, status) => refuseLogin(status),
  },
};
