import { answerJson, type SandboxAnswer } from '../exchange.js';
import type { OAuthConfig } from '../oauth/config.js';
import {
  CLIENTS,
  DATA_MANAGER_SCOPE,
  SANDBOX_GOOGLE_CLIENT_ID,
  seededRefreshToken,
  USERS,
} from './seed.js';

/**
 * Grants of a consent screen in testing end after 7 days:
 * https://developers.google.com/identity/protocols/oauth2#expiration (2026-11-30).
 */
const TESTING_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

const missing = { error: 'invalid_request', words: 'Required parameter is missing: {value}' };
const wrongValue = { error: 'invalid_request', words: 'Invalid parameter value for {value}' };
const notGiven = {
  status: 400,
  error: 'invalid_request',
  words: 'Missing required parameter: {value}',
};
const invalidGrant = { status: 400, error: 'invalid_grant' };

/** Google's sign-in and `https://oauth2.googleapis.com/token`, with the error bodies it gives. */
export const GOOGLE_OAUTH: OAuthConfig = {
  clients: CLIENTS.map(({ id, secret, isTesting }) => ({
    id,
    secret,
    ...(isTesting ? { grantLifeMs: TESTING_LIFE_MS } : {}),
  })),
  users: USERS,
  granted: USERS.map(({ name }) => ({
    clientId: SANDBOX_GOOGLE_CLIENT_ID,
    user: name,
    scopes: [DATA_MANAGER_SCOPE],
    refreshToken: seededRefreshToken(name),
  })),
  codes: {
    shape: { prefix: '4/0A', length: 40, encoding: 'base64url' },
    lifeMs: 10 * 60 * 1000,
    usedUpBy: 'attempt',
  },
  // Google says one second less than an hour.
  accessTokens: { shape: { prefix: 'ya29.', length: 80, encoding: 'base64url' }, lifeS: 3599 },
  refreshTokens: {
    shape: { prefix: '1//0', length: 60, encoding: 'base64url' },
    askedBy: { name: 'access_type', value: 'offline' },
    againBy: { name: 'prompt', value: 'consent' },
    renewal: 'none',
  },
  pkce: { methods: ['S256'] },
  authorize: {
    hosts: ['accounts.google.com'],
    path: '/o/oauth2/v2/auth',
    login: 'Sign in with Google',
    network: 'Google',
    clientParameter: 'client_id',
    scopes: {
      known: [DATA_MANAGER_SCOPE, 'https://www.googleapis.com/auth/adwords', 'openid', 'email'],
      separator: / /,
    },
    permissions: { [DATA_MANAGER_SCOPE]: 'send conversions' },
    options: [
      { name: 'access_type', values: ['online', 'offline'] },
      { name: 'prompt', values: ['none', 'consent', 'select_account'], isList: true },
    ],
    loopbackReturnUrl: /^http:\/\/(?:localhost|127\.0\.0\.1):\d{1,5}(?:\/\w*)?$/,
    refusals: [
      { when: 'no_client', ...missing },
      {
        when: 'client',
        status: 401,
        error: 'invalid_client',
        words: 'The OAuth client was not found.',
      },
      {
        when: 'return_url',
        error: 'redirect_uri_mismatch',
        words: "This app's request is invalid: redirect_uri={value}",
      },
      { when: 'no_response_type', ...missing },
      { when: 'response_type', ...missing, words: 'Required parameter is missing: response_type' },
      { when: 'no_scope', ...missing },
      {
        when: 'scope',
        error: 'invalid_scope',
        words: 'Some requested scopes were invalid. {invalid=[{value}]}',
      },
      { when: 'option', ...wrongValue },
      { when: 'challenge', ...wrongValue },
      { when: 'denied', returns: { error: 'access_denied' } },
      {
        when: 'decision',
        error: 'invalid_request',
        words: 'The sandbox has no such user or decision.',
      },
      {
        when: 'user',
        error: 'invalid_request',
        words: 'The sandbox has no such user or decision.',
      },
      { when: 'fault', error: 'server_error', words: 'The page cannot be shown now.' },
    ],
    problemPage: {
      title: 'Access blocked (sandbox)',
      heading: 'Access blocked: authorization error',
      paragraphs: [{ text: '{words}' }, { label: 'Error {status}: {error}' }],
    },
    answer: { code: ['code'], withScope: true, isStateFirst: true },
  },
  token: {
    hosts: ['oauth2.googleapis.com'],
    path: '/token',
    methods: ['POST'],
    reads: 'form',
    clientIn: 'parameters',
    grantTypes: { authorization_code: 'code', refresh_token: 'refresh' },
    refusals: [
      {
        when: 'media_type',
        status: 400,
        error: 'invalid_request',
        words: 'Could not determine the content type of the request.',
      },
      { when: 'no_grant_type', ...notGiven },
      { when: 'no_client', ...notGiven, words: 'Could not determine client ID from request.' },
      {
        when: 'client',
        status: 401,
        error: 'invalid_client',
        words: 'The OAuth client was not found.',
      },
      { when: 'no_client_secret', ...notGiven, words: 'client_secret is missing.' },
      { when: 'client_secret', status: 401, error: 'invalid_client', words: 'Unauthorized' },
      { when: 'no_refresh_token', ...notGiven },
      { when: 'refresh_token', ...invalidGrant, words: 'Token has been expired or revoked.' },
      { when: 'no_code', ...notGiven },
      { when: 'code', ...invalidGrant, words: 'Malformed auth code.' },
      { when: 'return_url', status: 400, error: 'redirect_uri_mismatch', words: 'Bad Request' },
      { when: 'no_verifier', ...invalidGrant, words: 'Missing code verifier.' },
      { when: 'verifier', ...invalidGrant, words: 'Invalid code verifier.' },
      {
        when: 'grant_type',
        status: 400,
        error: 'unsupported_grant_type',
        words: 'Invalid grant_type: {value}',
      },
    ],
    answerRefusal: (_tools, { status = 400, error = '', words }) => fail(status, error, words),
    answerTokens(_tools, { accessToken, lifeS, refreshToken, grant }) {
      const answer = answerJson(200, {
        access_token: accessToken,
        expires_in: lifeS,
        scope: grant.scopes.join(' '),
        token_type: 'Bearer',
        refresh_token: refreshToken,
      });
      Object.assign(answer.headers, {
        'cache-control': 'no-cache, no-store, max-age=0, must-revalidate',
      });
      return answer;
    },
    refuse(_tools, status) {
      if (status === 429) return fail(status, 'rate_limit_exceeded');
      return fail(status, status >= 500 ? 'internal_failure' : 'invalid_request');
    },
  },
};

function fail(status: number, error: string, description?: string): SandboxAnswer {
  return answerJson(status, { error, error_description: description });
}
