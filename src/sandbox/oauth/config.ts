import type { Clock } from '../../clock.js';
import type { Random } from '../../random.js';
import type { SandboxAnswer, SandboxRequest } from '../exchange.js';
import type { Grant, SeededGrant, TokenShape } from './grant-store.js';
import type { ConsentUser, ProblemPage } from './pages.js';
import type { PkceConfig } from './pkce.js';

/** How the login of one network differs from that of another. */
export interface OAuthConfig {
  clients: readonly OAuthClient[];
  /** Who can log in; the first does, unless the request names another. */
  users: readonly ConsentUser[];
  /** Grants that exist from the start. */
  granted: readonly SeededGrant[];
  codes: CodeConfig;
  /** `lifeS` is `Infinity` for tokens that end by revocation alone. */
  accessTokens: { shape: TokenShape; lifeS: number };
  /** Absent: the network has none. */
  refreshTokens?: RefreshConfig;
  /** Absent: the network has no PKCE and ignores its parameters. */
  pkce?: PkceConfig;
  authorize: AuthorizeConfig;
  token: TokenConfig;
}

export interface OAuthClient {
  id: string;
  secret: string;
  /** Milliseconds after which its grants end; absent: they do not. */
  grantLifeMs?: number;
}

export interface CodeConfig {
  shape: TokenShape;
  lifeMs: number;
  /** Whether a refused exchange uses up the code as well. */
  usedUpBy: 'attempt' | 'success';
}

export interface RefreshConfig {
  shape: TokenShape;
  /** The parameter of the login that asks for one; absent: every code brings one. */
  askedBy?: NamedValue;
  /** The parameter that asks for another one after the first consent; absent: none has to. */
  againBy?: NamedValue;
  /** What a refresh brings: the same token, none, or another while the old one stays good. */
  renewal: 'same' | 'none' | 'another';
}

interface NamedValue {
  name: string;
  value: string;
}

/** A parameter of the login that takes certain values only. */
export interface LoginOption {
  name: string;
  values: readonly string[];
  /** Whether it takes several of them, separated by spaces. */
  isList?: true;
}

export interface AuthorizeConfig {
  hosts: readonly string[];
  path: string;
  /** Whose login it plays: `Login with Amazon`, `TikTok for Business`. */
  login: string;
  /** The network whose page it is not: `Amazon`. */
  network: string;
  /** The parameter with the id of the application. */
  clientParameter: string;
  /** Absent: permissions belong to the application, and the page lists `permissions`. */
  scopes?: { known: readonly string[]; separator: RegExp };
  /** The names of permissions and what they allow, in words. */
  permissions: Readonly<Record<string, string>>;
  options?: readonly LoginOption[];
  /** Loopback return URLs beyond those that are registered. */
  loopbackReturnUrl?: RegExp;
  /** Who logs in at a host unless the request names another. */
  usersByHost?: Readonly<Record<string, string>>;
  /** What the network checks, in its order. A check that is not listed is not made. */
  refusals: readonly AuthorizeRefusal[];
  problemPage: ProblemPage;
  /** What the return URL is given in addition to the state. */
  answer: AuthorizeAnswer;
}

export interface AuthorizeAnswer {
  /** The parameters that hold the code. */
  code: readonly string[];
  withScope?: true;
  isStateFirst?: true;
  fragment?: string;
}

/** What a login can be refused for; `fault`: a status that a fault asks for. */
export type AuthorizeCheck =
  | 'no_client'
  | 'client'
  | 'return_url'
  | 'no_state'
  | 'no_response_type'
  | 'response_type'
  | 'no_scope'
  | 'scope'
  | 'option'
  | 'no_challenge'
  | 'challenge'
  | 'denied'
  | 'decision'
  | 'user'
  | 'fault';

/**
 * One refusal of the login: on a page, which calls nobody back, or as parameters of the return URL.
 * `{value}` stands for what was refused.
 */
export type AuthorizeRefusal =
  | { when: AuthorizeCheck; status?: number; error?: string; words: string }
  | { when: AuthorizeCheck; returns: Readonly<Record<string, string>> };

/** What a client exchanges for tokens: a code, a refresh token or an access token. */
export type ExchangeKind = 'code' | 'refresh' | 'access';

export interface TokenConfig {
  hosts: readonly string[];
  path: string;
  methods: readonly ('GET' | 'POST')[];
  /** How parameters are sent; those of a GET are in the query. */
  reads: 'form' | 'json';
  /** Where the id and the secret of the application are. */
  clientIn: 'parameters' | 'basic';
  /** Names of parameters that are not those of RFC 6749. */
  names?: Readonly<Partial<Record<'client_id' | 'client_secret' | 'code', string>>>;
  /** What each `grant_type` exchanges; `otherwise`: what any other does. */
  grantTypes: Readonly<Record<string, ExchangeKind>>;
  otherwise?: ExchangeKind;
  /** The parameter with the access token that is exchanged, and the life of the one it brings. */
  access?: { parameter: string; lifeS: number };
  /** Whether the client may ask at all; absent: any may. */
  mayAsk?: (request: SandboxRequest) => boolean;
  /** What the network checks, in its order. A check that is not listed is not made. */
  refusals: readonly TokenRefusal[];
  answerRefusal(tools: AnswerTools, refusal: TokenRefusal): SandboxAnswer;
  answerTokens(tools: AnswerTools, issued: IssuedTokens): SandboxAnswer;
  /** The answer of a fault that asks for a status. */
  refuse(tools: AnswerTools, status: number): SandboxAnswer;
  /** The answer of a fault that asks for one of the network's own codes, where it has them. */
  refuseCode?: (tools: AnswerTools, code: number, message?: string) => SandboxAnswer;
}

export interface AnswerTools {
  clock: Clock;
  random: Random;
}

/**
 * What a token request can be refused for. `code`, `client_secret` and `token` hold for whatever is
 * wrong with these; narrower checks are listed before them.
 */
export type TokenCheck =
  | 'agent'
  | 'bearer'
  | 'media_type'
  | 'body'
  | 'repeated'
  | 'no_grant_type'
  | 'grant_type'
  | 'no_client'
  | 'client'
  | 'no_client_secret'
  | 'client_secret'
  | 'no_code'
  | 'no_return_url'
  | 'code_used'
  | 'code_expired'
  | 'code'
  | 'return_url'
  | 'no_verifier'
  | 'verifier'
  | 'no_refresh_token'
  | 'refresh_token'
  | 'no_token'
  | 'token_revoked'
  | 'token_expired'
  | 'token';

/** One refusal of the token endpoint. `{value}` stands for what was refused. */
export interface TokenRefusal {
  when: TokenCheck;
  status?: number;
  error?: string;
  /** The network's own number of the error, and of its kind. */
  code?: number;
  subcode?: number;
  words?: string;
}

export interface IssuedTokens {
  accessToken: string;
  lifeS: number;
  refreshToken?: string;
  grant: Grant;
}
