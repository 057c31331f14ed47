import type { Secret } from '../secret.js';

/** An authorization server, as the login sees it. Which network it belongs to is for words only. */
export interface OAuthProvider {
  /** The login's name for people: `Login with Amazon`. */
  title: string;
  /** What one gets connected to: `Amazon Ads`. */
  product: string;
  /** The command that connects anew. */
  connectCommand: string;
  authorizeUrl: string;
  tokenUrl: string;
  scopes: readonly string[];
  /** More query parameters of the authorize URL, such as Google's `access_type`. */
  authorizeParameters?: Readonly<Record<string, string>>;
  /** Where the owner of the client id registers return URLs. */
  returnUrlPlace: string;
  /** Where client id and secret are found. */
  clientPlace: string;
}

/** The application that asks for consent: its id and secret at the provider. */
export interface OAuthClient {
  id: string;
  secret: Secret;
}

/** What the token endpoint gave. */
export interface TokenGrant {
  accessToken: Secret;
  /** When the access token ends, in milliseconds since the epoch. */
  expiresAtMs: number;
  /** Absent where the provider keeps the old one valid and does not repeat it. */
  refreshToken?: Secret;
  scopes?: string[];
}
