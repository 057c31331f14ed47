import {
  answerPage,
  answerRedirect,
  type SandboxAnswer,
  type SandboxRequest,
} from '../exchange.js';
import type { Route } from '../route.js';
import type { AuthorizeCheck, AuthorizeRefusal, LoginOption, OAuthConfig } from './config.js';
import type { GrantStore } from './grant-store.js';
import { answerProblem, renderConsentPage } from './pages.js';
import { isChallenge } from './pkce.js';
import { fillWords } from './words.js';

/** The return URLs registered for the sandbox's applications. */
const REGISTERED = [8787, 8788, 8789].map((port) => `http://localhost:${port}/callback`);
const LOOPBACK = /^http:\/\/localhost:\d{1,5}\/callback$/;

export interface LoginParts {
  config: OAuthConfig;
  store: GrantStore;
  anyLoopbackPort: boolean;
}

/** One request of the authorize page, with who decides and how, once that is known. */
interface Login extends LoginParts {
  query: URLSearchParams;
  scopes: readonly string[];
  decision?: string;
  user: string;
}

/**
 * The authorize page. A browser (Accept has text/html) is shown the consent form, which posts
 * `decision` and `user`; any other client, such as curl, is redirected at once as if allowed.
 * `sandbox_decision` and `sandbox_user` in the query decide for both.
 */
export function createAuthorizeRoutes(parts: LoginParts): Route[] {
  const { hosts, path, network, problemPage, refusals } = parts.config.authorize;
  const fault = refusals.find(({ when }) => when === 'fault');
  const words = fault && 'words' in fault ? fault : { words: 'The page cannot be shown now.' };
  const base = {
    hosts,
    path,
    kind: 'login' as const,
    refuse: (status: number) => answerProblem(network, problemPage, { ...words, status }),
  };
  return [
    { ...base, method: 'GET', handle: (request) => showConsent(parts, request) },
    { ...base, method: 'POST', handle: (request) => takeConsent(parts, request) },
  ];
}

function showConsent(parts: LoginParts, request: SandboxRequest): SandboxAnswer {
  const { query, headers } = request;
  const login = readLogin(parts, request, query.get('sandbox_user'));
  const decision = query.get('sandbox_decision');
  const isBrowser = (headers.accept ?? '').includes('text/html');
  if (decision !== null || !isBrowser) return decide({ ...login, decision: decision ?? 'allow' });
  return refuse(login) ?? answerPage(200, renderConsent(login));
}

function takeConsent(parts: LoginParts, request: SandboxRequest): SandboxAnswer {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const login = readLogin(parts, request, form.get('user'));
  return decide({ ...login, decision: form.get('decision') ?? '' });
}

function readLogin(parts: LoginParts, request: SandboxRequest, user: string | null): Login {
  const { authorize, users } = parts.config;
  const asked = authorize.scopes ? (request.query.get('scope') ?? '') : '';
  const scopes = asked.split(authorize.scopes?.separator ?? ' ').filter((scope) => scope !== '');
  const first = authorize.usersByHost?.[request.host] ?? users[0]!.name;
  return { ...parts, query: request.query, scopes, user: user ?? first };
}

function renderConsent({ config, query, scopes, user }: Login): string {
  const { login, network, clientParameter, permissions } = config.authorize;
  const names = config.authorize.scopes ? scopes : Object.keys(permissions);
  return renderConsentPage({
    login,
    network,
    client: query.get(clientParameter) ?? '',
    permissions: names.map((name) => [permissions[name] ?? '', name]),
    users: config.users,
    chosenUser: user,
    query,
  });
}

function decide(login: Login): SandboxAnswer {
  const refusal = refuse(login);
  if (refusal) return refusal;
  const { config, store, query, scopes, user } = login;
  const challenge = config.pkce && query.get('code_challenge');
  const method = readChallengeMethod(login);
  const code = store.issueCode(
    {
      clientId: query.get(config.authorize.clientParameter)!,
      user,
      scopes,
      redirectUri: query.get('redirect_uri')!,
      ...(typeof challenge === 'string' ? { challenge } : {}),
      ...(method === undefined ? {} : { challengeMethod: method }),
      isLasting: isLasting(login),
    },
    config.codes.shape,
    config.codes.lifeMs,
  );
  const { answer } = config.authorize;
  return sendBack(login, {
    ...Object.fromEntries(answer.code.map((name) => [name, code])),
    ...(answer.withScope ? { scope: scopes.join(' ') } : {}),
  });
}

/** Whether the code will bring a refresh token. */
function isLasting({ config, store, query, user }: Login): boolean {
  const { refreshTokens, authorize } = config;
  if (!refreshTokens) return false;
  const { askedBy, againBy } = refreshTokens;
  if (askedBy && query.get(askedBy.name) !== askedBy.value) return false;
  if (!againBy || (query.get(againBy.name) ?? '').split(' ').includes(againBy.value)) return true;
  return !store.hasConsented(user, query.get(authorize.clientParameter)!);
}

/** The first of the network's checks that the request does not pass, as its answer. */
function refuse(login: Login): SandboxAnswer | undefined {
  for (const refusal of login.config.authorize.refusals) {
    const value = CHECKS[refusal.when](login);
    if (value !== undefined) return answerRefusal(login, refusal, value);
  }
  return undefined;
}

function answerRefusal(login: Login, refusal: AuthorizeRefusal, value: string): SandboxAnswer {
  if ('returns' in refusal) {
    const filled = Object.entries(refusal.returns).map(([name, text]): [string, string] => [
      name,
      fillWords(text, { value }),
    ]);
    return sendBack(login, Object.fromEntries(filled));
  }
  const { network, problemPage } = login.config.authorize;
  const { status = 400, error, words } = refusal;
  return answerProblem(network, problemPage, {
    status,
    ...(error === undefined ? {} : { error }),
    words: fillWords(words, { value }),
  });
}

/** Sends the browser back to `redirect_uri` with `values`, and with the request's `state`. */
function sendBack(
  { config, query }: Login,
  values: Readonly<Record<string, string>>,
): SandboxAnswer {
  const { isStateFirst, fragment } = config.authorize.answer;
  const state = query.get('state');
  const given: [string, string][] = state === null ? [] : [['state', state]];
  const all = isStateFirst
    ? [...given, ...Object.entries(values)]
    : [...Object.entries(values), ...given];
  const location = new URL(query.get('redirect_uri')!);
  for (const [name, value] of all) location.searchParams.set(name, value);
  if (fragment !== undefined) location.hash = fragment;
  return answerRedirect(location.href);
}

type Check = (login: Login) => string | undefined;

/** Returns what is wrong, for the words of the refusal; undefined where nothing is. */
const CHECKS: Readonly<Record<AuthorizeCheck, Check>> = {
  no_client: ({ config, query }) => missing(query, config.authorize.clientParameter),
  client({ config, query }) {
    const given = query.get(config.authorize.clientParameter) ?? '';
    return config.clients.some(({ id }) => id === given) ? undefined : given;
  },
  return_url({ config, query, anyLoopbackPort }) {
    const url = query.get('redirect_uri') ?? '';
    const loopback = config.authorize.loopbackReturnUrl ?? LOOPBACK;
    return REGISTERED.includes(url) || (anyLoopbackPort && loopback.test(url)) ? undefined : url;
  },
  no_state: ({ query }) => missing(query, 'state'),
  no_response_type: ({ query }) => (query.has('response_type') ? undefined : 'response_type'),
  response_type({ query }) {
    const type = query.get('response_type') ?? 'code';
    return type === 'code' ? undefined : type;
  },
  no_scope: ({ scopes }) => (scopes.length === 0 ? 'scope' : undefined),
  scope: ({ config, scopes }) =>
    scopes.find((scope) => !config.authorize.scopes!.known.includes(scope)),
  option: ({ config, query }) =>
    config.authorize.options?.find((option) => !takesOption(option, query))?.name,
  no_challenge: ({ query }) =>
    query.has('code_challenge_method') && !query.has('code_challenge')
      ? 'code_challenge'
      : undefined,
  challenge(login) {
    const challenge = login.query.get('code_challenge');
    if (challenge === null) return undefined;
    const isGood = isChallenge(login.config.pkce!, challenge, readChallengeMethod(login));
    return isGood ? undefined : 'code_challenge';
  },
  denied: ({ decision }) => (decision === 'deny' ? decision : undefined),
  decision: ({ decision }) =>
    decision === undefined || decision === 'allow' ? undefined : decision,
  user: ({ config, decision, user }) =>
    decision === undefined || config.users.some(({ name }) => name === user) ? undefined : user,
  fault: () => undefined,
};

function missing(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) ? undefined : name;
}

function takesOption({ name, values, isList }: LoginOption, query: URLSearchParams): boolean {
  const given = query.get(name);
  if (given === null) return true;
  const words = isList ? given.split(' ').filter((word) => word !== '') : [given];
  return words.every((word) => values.includes(word));
}

function readChallengeMethod({ config, query }: Login): string | undefined {
  return query.get('code_challenge_method') ?? config.pkce?.defaultMethod;
}
