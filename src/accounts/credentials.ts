import type { Connection } from '../networks/network.js';
import type { SecretField } from '../networks/variables.js';
import type { Secret } from '../secret.js';

/** That a network refused the grant, so that `status` can say so. */
export interface Refusal {
  atMs: number;
  /** HTTP status of the refusal. */
  status: number;
}

/** A connection with what opens it. */
export interface Credentials {
  connection: Connection;
  clientSecret?: Secret;
  refreshToken?: Secret;
  accessToken?: Secret;
  /** The second half of an OAuth 1.0a token; client id and secret are the consumer's then. */
  tokenSecret?: Secret;
  /** Absent where the access token has no known end. */
  accessTokenExpiresAtMs?: number;
  refused?: Refusal;
}

/** Secrets that are kept as text in the credentials file and nowhere else. */
export const SECRET_FIELDS: readonly SecretField[] = ['clientSecret', 'refreshToken', 'accessToken', 'tokenSecret'];
