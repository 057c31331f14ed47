import type { HttpClient } from '../http/http.js';
import type { OAuthProvider } from '../oauth/provider.js';
import type { Secret } from '../secret.js';
import type { Connection } from './connection.js';
import type { ConnectWords } from './profile.js';
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
  /** Further description, such as the ad account of a pixel. */
  note?: string;
}

/** Criteria that narrow down the accounts before the user is asked. */
export interface AccountSelector {
  region?: string;
  account?: string;
  loginAccount?: string;
}

/** Parameters of a connector's requests to the network. */
export interface ConnectCall {
  http: HttpClient;
  /**
   * Token for the channel: an access token, or the result of {@link Connector.readPasted} for
   * several secrets.
   */
  accessToken: string;
  /** Of the application; absent where a token was pasted. */
  clientId?: string;
  /** Of the application: TikTok wants it again for the list of advertisers. */
  clientSecret?: Secret;
  wanted: AccountSelector;
  /** Milliseconds since the epoch. */
  nowMs: number;
  signal?: AbortSignal;
}

/** The accounts found, and what could not be looked at, in sentences. */
export interface FoundAccounts {
  candidates: AccountCandidate[];
  warnings: string[];
}

/** Result of a check of token and account. */
export interface CheckedAccount {
  /** More about the connection than was known: a name, when the grant ends. */
  about?: Partial<Pick<Connection, 'accountName' | 'grantExpiresAt' | 'scopes' | 'api'>>;
  /** Warnings for the user, in sentences. */
  warnings?: string[];
}

export interface LoginOptions {
  region?: string;
  audiences: boolean;
}

/** How one network is connected. Talks to the network through the client that it is given. */
export interface Connector extends ConnectWords {
  /** The regions that a login may be asked for. */
  regions?: readonly string[];
  /** Whether consent may be asked for audience lists too. */
  hasAudiences?: true;
  /**
   * Type of a pasted token: an access token, or a refresh token, which requires client id and
   * secret.
   */
  pasted: 'access' | 'refresh';
  /** A sentence saying what is expected when `account` cannot be one. */
  checkAccount?: (account: string) => string | undefined;
  /** Brings an id that was typed into the form that is stored, such as digits only. */
  normaliseAccount?: (account: string) => string;
  /** The authorization server; absent: tokens are pasted only. */
  makeLogin?: (wanted: LoginOptions) => OAuthProvider;
  /** Where a token to paste is found, in words. */
  tokenHelp: string;
  /** Ask for a pasted token unless a client id is given. */
  prefersToken?: true;
  /**
   * Reads a pasted text that may hold several secrets; a sentence saying what is expected when it
   * does not.
   */
  readPasted?: (text: string) => Partial<Record<SecretField | 'clientId', Secret>> | string;
  /**
   * The accounts that a token opens; absent: the network has no list, and the account must be
   * named.
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
  /** Messages after connecting, in sentences, such as Google's 7-day limit. */
  notes?: readonly string[];
}
