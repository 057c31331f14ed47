import type { HttpClient } from '../http/http.js';
import type { OAuthProvider } from '../oauth/provider.js';
import type { Secret } from '../secret.js';
import type { Connection } from './connection.js';
import type { SecretField } from './variables.js';

/** An account that a grant opens: what conversions are sent to. */
export interface AccountCandidate {
  /** The network's id, as text: an advertiser, a pixel, a customer. */
  account: string;
  name: string;
  region?: string;
  country?: string;
  profileId?: string;
  loginAccount?: string;
  isTest?: boolean;
  /** More that tells it from others, such as the ad account of a pixel. */
  note?: string;
}

/** What narrows the accounts down before anybody is asked. */
export interface AccountWish {
  region?: string;
  account?: string;
  loginAccount?: string;
}

/** What a connector asks the network with. */
export interface ConnectCall {
  http: HttpClient;
  /** As the channel is given it: a token, or what {@link Connector.readPasted} made of several secrets. */
  accessToken: string;
  /** Of the application; absent where a token was pasted. */
  clientId?: string;
  /** Of the application: TikTok wants it again for the list of advertisers. */
  clientSecret?: Secret;
  wish: AccountWish;
  /** Milliseconds since the epoch. */
  nowMs: number;
  signal?: AbortSignal;
}

/** The accounts found, and what could not be looked at, in sentences. */
export interface FoundAccounts {
  candidates: AccountCandidate[];
  warnings: string[];
}

/** What a check of token and account found. */
export interface CheckedAccount {
  /** More about the connection than was known: a name, when the grant ends. */
  about?: Partial<Pick<Connection, 'accountName' | 'grantExpiresAt' | 'scopes' | 'api'>>;
  /** What the user should know, in sentences. */
  warnings?: string[];
}

export interface LoginWish {
  region?: string;
  audiences: boolean;
}

/** How one network is connected. Talks to the network through the client that it is given. */
export interface Connector {
  /** Which contracts can be spoken, the default first; absent: there is one. */
  apis?: readonly string[];
  /** The regions that a login may be asked for. */
  regions?: readonly string[];
  /** Whether consent may be asked for audience lists too. */
  hasAudiences?: true;
  /** Whether test events go to a test area that has a code. */
  hasTestCode?: true;
  /** What a pasted token is: an access token, or a refresh token that wants client id and secret. */
  pasted: 'access' | 'refresh';
  /** What an account is here, in words: `advertiser`, `pixel`, `customer`. */
  accountWord: string;
  /** The flag that names an account: `--account`, `--pixel`, `--customer`. */
  accountFlag: '--account' | '--pixel' | '--customer';
  /** A sentence saying what is expected when `account` cannot be one. */
  checkAccount?: (account: string) => string | undefined;
  /** Brings an id that was typed into the form that is stored, such as digits only. */
  normaliseAccount?: (account: string) => string;
  /** The authorization server; absent: tokens are pasted only. */
  makeLogin?: (wish: LoginWish) => OAuthProvider;
  /** Where a token to paste is found, in words. */
  tokenPlace: string;
  /** A token is pasted where nobody names an application: consent in the browser is the exception. */
  prefersToken?: true;
  /** Reads a pasted text that may hold several secrets; a sentence saying what is expected when it does not. */
  readPasted?: (text: string) => Partial<Record<SecretField | 'clientId', Secret>> | string;
  /**
   * The accounts that a token opens; absent: the network has no list, and the account must be named.
   * @throws AuthError when the grant is refused; NetworkError when the network cannot be reached.
   */
  findAccounts?: (call: ConnectCall) => Promise<FoundAccounts>;
  /**
   * Whether the token may send to the account. Nothing is counted by it.
   * @throws AuthError when it may not; NetworkError when the network cannot be reached.
   */
  checkGrant?: (call: ConnectCall, account: AccountCandidate) => Promise<CheckedAccount>;
  /** When a consent given now ends, ISO 8601, where the network dates it. */
  findConsentEnd?: (givenAtMs: number) => string | undefined;
  /** What to know after connecting, in sentences: Google's 7-day trap. */
  remarks?: readonly string[];
}
