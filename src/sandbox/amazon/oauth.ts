import { answerJson, type SandboxAnswer } from '../exchange.js';
import type { AnswerTools, OAuthConfig } from '../oauth/config.js';
import { findRegion, listHosts } from './hosts.js';
import {
  AUDIENCE_SCOPE,
  CAMPAIGN_SCOPE,
  CLIENTS,
  KNOWN_SCOPES,
  SANDBOX_CLIENT_ID,
  seededRefreshToken,
  USERS,
} from './seed.js';

const NOT_WHITELISTED =
  'The redirect URI you provided has not been whitelisted for your application';

const isMissing = {
  error: 'invalid_request',
  error_description: 'The request is missing a required parameter : {value}',
};
const missing = {
  status: 400,
  error: 'invalid_request',
  words: 'The request is missing a required parameter : {value}',
};
const invalidGrant = {
  status: 400,
  error: 'invalid_grant',
  words: 'The request has an invalid grant parameter : {value}',
};
const unauthenticated = {
  status: 401,
  error: 'invalid_client',
  words: 'Client authentication failed',
};

/**
 * Login with Amazon, in its three regions
 * (https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html, 2026-11-30).
 */
export const AMAZON_OAUTH: OAuthConfig = {
  clients: CLIENTS,
  users: USERS,
  granted: USERS.map(({ name }) => ({
    clientId: SANDBOX_CLIENT_ID,
    user: name,
    scopes: [CAMPAIGN_SCOPE, AUDIENCE_SCOPE],
    refreshToken: seededRefreshToken(name),
  })),
  codes: {
    shape: { prefix: 'AN', length: 18, encoding: 'base64url' },
    lifeMs: 5 * 60 * 1000,
    usedUpBy: 'attempt',
  },
  accessTokens: { shape: { prefix: 'Atza|', length: 48, encoding: 'base64url' }, lifeS: 3600 },
  refreshTokens: {
    shape: { prefix: 'Atzr|', length: 48, encoding: 'base64url' },
    renewal: 'same',
  },
  pkce: { methods: ['S256', 'plain'], defaultMethod: 'plain' },
  authorize: {
    hosts: listHosts('authorize'),
    path: '/ap/oa',
    login: 'Login with Amazon',
    network: 'Amazon',
    clientParameter: 'client_id',
    scopes: { known: KNOWN_SCOPES, separator: / / },
    permissions: {
      [CAMPAIGN_SCOPE]: 'report conversions and read advertiser accounts',
      [AUDIENCE_SCOPE]: 'manage audience lists',
    },
    // The user whose advertiser is in the region of the page.
    usersByHost: Object.fromEntries(listHosts('authorize').map((host) => [host, findRegion(host)])),
    // On a page where the return URL cannot be trusted, else by redirect.
    refusals: [
      {
        when: 'client',
        words: 'An unknown client was requested: client_id is not registered.',
      },
      { when: 'return_url', words: NOT_WHITELISTED },
      { when: 'no_response_type', returns: isMissing },
      {
        when: 'response_type',
        returns: {
          error: 'unsupported_response_type',
          error_description: 'The authorization server does not support this response type',
        },
      },
      { when: 'no_scope', returns: isMissing },
      {
        when: 'scope',
        returns: { error: 'invalid_scope', error_description: 'An unknown scope was requested' },
      },
      { when: 'no_challenge', returns: isMissing },
      {
        when: 'challenge',
        returns: {
          error: 'invalid_request',
          error_description: 'The request has an invalid parameter : {value}',
        },
      },
      {
        when: 'denied',
        returns: { error: 'access_denied', error_description: 'Access not permitted.' },
      },
      { when: 'decision', words: 'The decision must be allow or deny.' },
      { when: 'user', words: 'The sandbox has no such user.' },
    ],
    problemPage: {
      title: "We're sorry! (sandbox)",
      heading: "We're sorry!",
      paragraphs: [
        { text: 'An error occurred when we tried to process your request.' },
        { label: 'Error Summary', text: '{error}' },
        { label: 'Error Details', text: '{words}' },
      ],
    },
    answer: { code: ['code'], withScope: true },
  },
  token: {
    hosts: listHosts('token'),
    path: '/auth/o2/token',
    methods: ['POST'],
    reads: 'form',
    clientIn: 'parameters',
    grantTypes: { authorization_code: 'code', refresh_token: 'refresh' },
    refusals: [
      // A refresh with a Bearer header fails; its exact error is not known:
      // https://github.com/segmentio/action-destinations/tree/970a17ee (`amazon-conversions-api`,
      // 2026-08).
      {
        when: 'bearer',
        status: 400,
        error: 'invalid_request',
        words: 'The request must not have an Authorization header with a bearer token',
      },
      {
        when: 'media_type',
        status: 400,
        error: 'invalid_request',
        words: 'The Content-Type is not supported by the authorization server',
      },
      {
        when: 'repeated',
        status: 400,
        error: 'invalid_request',
        words: 'The request includes a parameter more than once : {value}',
      },
      { when: 'no_grant_type', ...missing },
      {
        when: 'grant_type',
        status: 400,
        error: 'unsupported_grant_type',
        words: 'The authorization grant type is not supported by the authorization server',
      },
      { when: 'no_client', ...missing },
      { when: 'no_client_secret', ...missing },
      { when: 'client_secret', ...unauthenticated },
      { when: 'no_refresh_token', ...missing },
      {
        when: 'refresh_token',
        ...invalidGrant,
        words: `${invalidGrant.words}. User may have revoked or didn't grant the permission.`,
      },
      { when: 'no_code', ...missing },
      { when: 'no_return_url', ...missing },
      { when: 'code', ...invalidGrant },
      { when: 'return_url', ...invalidGrant },
      { when: 'verifier', ...invalidGrant },
    ],
    answerRefusal: (tools, { status = 400, error = '', words = '' }) =>
      fail(tools, status, error, words),
    answerTokens: (_tools, { accessToken, lifeS, refreshToken }) => {
      const answer = answerJson(200, {
        access_token: accessToken,
        token_type: 'bearer',
        expires_in: lifeS,
        refresh_token: refreshToken,
      });
      Object.assign(answer.headers, { 'cache-control': 'no-store', pragma: 'no-cache' });
      return answer;
    },
    refuse(tools, status) {
      if (status === 429)
        return fail(tools, status, 'slow_down', 'The client has made too many requests');
      const error = status >= 500 ? 'server_error' : 'invalid_request';
      return fail(tools, status, error, 'The request cannot be served now');
    },
  },
};

function fail(
  { random }: AnswerTools,
  status: number,
  error: string,
  description: string,
): SandboxAnswer {
  const opaque = (): string => random.bytes(16).toString('hex');
  const body = {
    error_index: opaque(),
    error_description: description,
    error,
    request_id: opaque(),
  };
  return answerJson(status, body);
}
