import type { Clock } from '../clock.js';
import type { HttpClient } from '../http/http.js';
import type { Secret } from '../secret.js';

/** An authorization server, as the login sees it. Which network it belongs to is for words only. */
export interface OAuthProvider {
  /** The login's name for people: `Login with Amazon`. */
  title: string;
  /** Name of the connected product, such as `Amazon Ads`. */
  product: string;
  /** The command that connects again. */
  connectCommand: string;
  authorizeUrl: string;
  tokenUrl: string;
  scopes: readonly string[];
  /** Separator of scopes in the authorize URL; default: a space (RFC 6749, section 3.3). */
  scopeSeparator?: string;
  /** The parameter of the authorize URL that holds the client id; `client_id` by default. */
  clientIdParameter?: string;
  /** The parameter of the redirect that holds the code; `code` by default. */
  codeParameter?: string;
  /** Whether the authorize URL may have a PKCE challenge (RFC 7636); true by default. */
  usesPkce?: boolean;
  /** How the client shows its secret at the token endpoint; in the body by default. */
  clientAuthentication?: 'post' | 'basic';
  /**
   * Redeems a code where the token endpoint is not the one of RFC 6749.
   * @throws AuthError when code or client are refused; NetworkError when it cannot be reached or
   *   fails
   */
  redeem?(call: TokenCall, redemption: CodeRedemption): Promise<TokenGrant>;
  /** More query parameters of the authorize URL, such as Google's `access_type`. */
  authorizeParameters?: Readonly<Record<string, string>>;
  /**
   * Explains in a sentence why a refresh token may have been refused, from the history of its
   * grant.
   */
  explainRefusal?(grant: GrantHistory): string | undefined;
  /** Where the owner of the client id registers return URLs. */
  returnUrlHelp: string;
  /** Where client id and secret are found. */
  clientHelp: string;
  /** Address of the page where both are, where it is the same for everybody. */
  clientUrl?: string;
}

/** The application that asks for consent: its id and secret at the provider. */
export interface OAuthClient {
  id: string;
  secret: Secret;
}

/** Parameters of a token endpoint call. */
export interface TokenCall {
  provider: OAuthProvider;
  client: OAuthClient;
  http: HttpClient;
  clock: Clock;
  signal?: AbortSignal;
}

/** A code and what it was asked for with. */
export interface CodeRedemption {
  code: Secret;
  redirectUri: string;
  verifier: Secret;
}

/** History of a grant, in milliseconds since the epoch. */
export interface GrantHistory {
  nowMs: number;
  /** When it was connected. */
  connectedAtMs?: number;
  /** Until when the last access token was good that it gave. */
  workedUntilMs?: number;
}

/** Result of the token endpoint. */
export interface TokenGrant {
  accessToken: Secret;
  /**
   * When the access token ends, in milliseconds since the epoch; absent where it has no known end.
   */
  expiresAtMs?: number;
  /** Absent where the provider keeps the old one valid and does not repeat it. */
  refreshToken?: Secret;
  scopes?: string[];
}
