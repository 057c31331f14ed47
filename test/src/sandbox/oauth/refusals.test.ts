import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { testRandom } from '../../../kit/seeded-random.js';
import { AMAZON_OAUTH } from '../../../../src/sandbox/amazon/oauth.js';
import type { SandboxAnswer, SandboxRequest } from '../../../../src/sandbox/exchange.js';
import { GOOGLE_OAUTH } from '../../../../src/sandbox/google/oauth.js';
import { META_OAUTH } from '../../../../src/sandbox/meta/oauth.js';
import type {
  AuthorizeCheck,
  OAuthConfig,
  TokenCheck,
  TokenRefusal,
} from '../../../../src/sandbox/oauth/config.js';
import { createOAuthServer } from '../../../../src/sandbox/oauth/server.js';
import { escapeHtml } from '../../../../src/sandbox/page.js';
import { REDDIT_OAUTH } from '../../../../src/sandbox/reddit/oauth.js';
import { TIKTOK_OAUTH } from '../../../../src/sandbox/tiktok/oauth.js';
import { RunClock } from '../test-sandbox.js';

const CONFIGS: readonly OAuthConfig[] = [
  AMAZON_OAUTH,
  GOOGLE_OAUTH,
  META_OAUTH,
  TIKTOK_OAUTH,
  REDDIT_OAUTH,
];
const VERIFIER = 'v'.repeat(43);
const FORM = 'application/x-www-form-urlencoded';

type Values = Record<string, string | undefined>;

/** One login, with requests that pass every check unless they are changed. */
function openLogin(config: OAuthConfig) {
  const clock = new RunClock();
  const tools = { clock, random: testRandom, anyLoopbackPort: false };
  const { routes, store } = createOAuthServer(config, tools);
  const { authorize, token } = config;
  const ask = (path: string, method: string, parts: Partial<SandboxRequest>): SandboxAnswer => {
    const route = routes.find((one) => one.path === path && one.method === method)!;
    const [host = ''] = route.hosts;
    const blank = { query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };
    return route.handle({ method, host, path, ...blank, ...parts }, {});
  };
  const login = (changes: Values = {}) => {
    const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
    const query = {
      [authorize.clientParameter]: config.clients[0]!.id,
      redirect_uri: 'http://localhost:8787/callback',
      response_type: 'code',
      scope: authorize.scopes?.known[0],
      state: 's',
      ...(config.pkce ? { code_challenge: challenge, code_challenge_method: 'S256' } : {}),
      ...changes,
    };
    return ask(authorize.path, 'GET', { query: toParameters(query) });
  };
  const code = (): string => {
    const [name = ''] = authorize.answer.code;
    return new URL(login().headers['location']!).searchParams.get(name)!;
  };
  const exchange = (changes: Values = {}, headers: Values = {}, body?: string): SandboxAnswer => {
    const { id, secret } = config.clients[0]!;
    const names = { client_id: 'client_id', client_secret: 'client_secret', code: 'code' };
    const own = { ...names, ...token.names };
    const given: Values = {
      grant_type: 'authorization_code',
      client_id: id,
      client_secret: secret,
      redirect_uri: 'http://localhost:8787/callback',
      ...(config.pkce ? { code_verifier: VERIFIER } : {}),
      ...changes,
    };
    given['code'] = 'code' in changes ? changes['code'] : code();
    const basic = Buffer.from(`${given['client_id']}:${given['client_secret']}`).toString('base64');
    const sent = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        Object.hasOwn(own, name) ? own[name as keyof typeof own] : name,
        value,
      ]),
    );
    const text = token.reads === 'json' ? JSON.stringify(sent) : toParameters(sent).toString();
    return ask(token.path, 'POST', {
      headers: {
        'content-type': FORM,
        'user-agent': 'postback/test',
        ...(token.clientIn === 'basic' ? { authorization: `Basic ${basic}` } : {}),
        ...headers,
      },
      body: Buffer.from(body ?? text),
    });
  };
  return { clock, store, login, code, exchange };
}

function toParameters(values: Values): URLSearchParams {
  const given = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return new URLSearchParams(given);
}

type Login = ReturnType<typeof openLogin>;

/** A login request that fails a check and none before it. */
const WRONG_LOGINS: Readonly<
  Record<Exclude<AuthorizeCheck, 'fault'>, (config: OAuthConfig) => Values>
> = {
  no_client: ({ authorize }) => ({ [authorize.clientParameter]: undefined }),
  client: ({ authorize }) => ({ [authorize.clientParameter]: 'other' }),
  return_url: () => ({ redirect_uri: 'https://evil.example/' }),
  no_state: () => ({ state: undefined }),
  no_response_type: () => ({ response_type: undefined }),
  response_type: () => ({ response_type: 'token' }),
  no_scope: () => ({ scope: '' }),
  scope: () => ({ scope: 'everything' }),
  option: ({ authorize }) => ({ [authorize.options![0]!.name]: 'other' }),
  no_challenge: () => ({ code_challenge: undefined }),
  challenge: () => ({ code_challenge: 'short' }),
  denied: () => ({ sandbox_decision: 'deny' }),
  decision: () => ({ sandbox_decision: 'perhaps' }),
  user: () => ({ sandbox_user: 'nobody' }),
};

/** A token request that fails a check and none before it. */
const WRONG_EXCHANGES: Readonly<
  Record<TokenCheck, (login: Login, config: OAuthConfig) => SandboxAnswer>
> = {
  agent: ({ exchange }) => exchange({}, { 'user-agent': 'curl/8' }),
  bearer: ({ exchange }) => exchange({}, { authorization: 'Bearer x' }),
  media_type: ({ exchange }) => exchange({}, { 'content-type': 'text/plain' }),
  body: ({ exchange }) => exchange({}, {}, '{'),
  repeated: ({ exchange }) => exchange({}, {}, 'scope=a&scope=b'),
  no_grant_type: ({ exchange }) => exchange({ grant_type: '' }),
  grant_type: ({ exchange }) => exchange({ grant_type: 'password' }),
  no_client: ({ exchange }) => exchange({ client_id: undefined }),
  client: ({ exchange }) => exchange({ client_id: 'other' }),
  no_client_secret: ({ exchange }) => exchange({ client_secret: undefined }),
  client_secret: ({ exchange }) => exchange({ client_secret: 'other' }),
  no_code: ({ exchange }) => exchange({ code: undefined }),
  no_return_url: ({ exchange }) => exchange({ redirect_uri: undefined }),
  code_used({ exchange, code }) {
    const used = code();
    expect(exchange({ code: used }).body).toContain('access_token');
    return exchange({ code: used });
  },
  code_expired({ exchange, code, clock }, config) {
    const late = code();
    clock.nowMs += config.codes.lifeMs + 1;
    return exchange({ code: late });
  },
  code: ({ exchange }) => exchange({ code: 'unknown' }),
  return_url: ({ exchange }) => exchange({ redirect_uri: 'http://localhost:8788/callback' }),
  no_verifier: ({ exchange }) => exchange({ code_verifier: undefined }),
  verifier: ({ exchange }) => exchange({ code_verifier: 'w'.repeat(43) }),
  no_refresh_token: ({ exchange }) => exchange({ grant_type: 'refresh_token' }),
  refresh_token: ({ exchange }) =>
    exchange({ grant_type: 'refresh_token', refresh_token: 'unknown' }),
  no_token: (login, config) => exchangeToken(login, config, undefined),
  token_revoked(login, config) {
    const token = readToken(login.exchange());
    login.store.revoke(token);
    return exchangeToken(login, config, token);
  },
  token_expired(login, config) {
    const token = readToken(login.exchange());
    login.clock.nowMs += config.accessTokens.lifeS * 1000;
    return exchangeToken(login, config, token);
  },
  token: (login, config) => exchangeToken(login, config, 'unknown'),
};

function readToken({ body }: SandboxAnswer): string {
  return (JSON.parse(body) as { access_token: string }).access_token;
}

function exchangeToken(
  { exchange }: Login,
  { token }: OAuthConfig,
  value: string | undefined,
): SandboxAnswer {
  const [grantType] = Object.entries(token.grantTypes).find(([, kind]) => kind === 'access')!;
  return exchange({ grant_type: grantType, [token.access!.parameter]: value });
}

/** What an answer has of a refusal, whose words may have a part that depends on the request. */
function describeRefusal({ words, error }: Pick<TokenRefusal, 'words' | 'error'>): RegExp {
  const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const [before = '', after = ''] = (words ?? error ?? '').split('{value}').map(escape);
  return new RegExp(words?.includes('{value}') ? `${before}.+${after}` : before);
}

describe.each(CONFIGS.map((config) => [config.authorize.network, config] as const))(
  'the login of %s',
  (_network, config) => {
    const refusals = config.authorize.refusals.filter(({ when }) => when !== 'fault');

    test.each(refusals.map((refusal) => [refusal.when, refusal] as const))(
      'refuses a login in its own words: %s',
      (when, refusal) => {
        const changes = WRONG_LOGINS[when as keyof typeof WRONG_LOGINS](config);
        const answer = openLogin(config).login(changes);
        if ('returns' in refusal) {
          const { searchParams } = new URL(answer.headers['location']!);
          expect(searchParams.has(config.authorize.answer.code[0]!)).toBe(false);
          expect(searchParams.get('state')).toBe('s');
          for (const [name, words] of Object.entries(refusal.returns))
            expect(searchParams.get(name)).toMatch(describeRefusal({ words }));
          return;
        }
        expect([answer.status, answer.headers['location']]).toEqual([
          refusal.status ?? 400,
          undefined,
        ]);
        expect(answer.body).toMatch(describeRefusal({ words: escapeHtml(refusal.words) }));
      },
    );

    test.each(config.token.refusals.map((refusal) => [refusal.when, refusal] as const))(
      'refuses an exchange in its own words: %s',
      (when, refusal) => {
        const login = openLogin(config);
        const answer = WRONG_EXCHANGES[when](login, config);
        if (refusal.status !== undefined) expect(answer.status).toBe(refusal.status);
        const { body } = answer;
        if (refusal.code !== undefined) expect(body).toContain(`"code":${refusal.code}`);
        if (refusal.subcode !== undefined) expect(body).toContain(`:${refusal.subcode}`);
        expect(body).toMatch(describeRefusal(refusal));
        expect(body).not.toContain('access_token"');
      },
    );

    test('takes what passes every check', () => {
      expect(openLogin(config).exchange().body).toContain('access_token"');
    });
  },
);
